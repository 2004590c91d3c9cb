// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "agent/api/smartcard.hpp"
#include "agent/base/child_process.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::card {

struct ReaderSettings
{
    std::filesystem::path program; ///< causeway-card
    std::filesystem::path module;  ///< the PKCS#11 module
    std::string card;              ///< label or serial number; empty: any
    /// What one reading may take besides the patience: the slowest cards need some seconds, and
    /// OpenSC tries its drivers one after the other.
    std::chrono::seconds limit{30};
};

/// Looks for cards by a program of its own, causeway-card: the libraries between us and the card
/// block as long as the card does, read whatever it sends, and cannot be interrupted but by their
/// end. Main thread; destroying it ends the program.
class ReaderProcess final : public api::CardReader
{
public:
    ReaderProcess(base::EventLoop& loop, ReaderSettings settings);
    ~ReaderProcess() override;
    ReaderProcess(const ReaderProcess&) = delete;
    ReaderProcess& operator=(const ReaderProcess&) = delete;

    void look(api::CardQuery query, Seen seen) override;

private:
    base::Expected<void> start(const api::CardQuery& query);
    void onEnded(const base::Expected<int>& status);
    [[nodiscard]] base::Expected<api::CardReport> reportOf(const base::Expected<int>& status) const;

    base::EventLoop& loop_;
    ReaderSettings settings_;
    Seen seen_;
    base::UniqueFd output_;
    std::unique_ptr<base::ChildProcess> process_;
    base::Lifetime lifetime_;
};

} // namespace causeway::card
