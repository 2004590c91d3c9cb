// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>

#include "agent/base/unique_function.hpp"

namespace causeway::bridges::ble {

/// An adapter keeps few connections at a time: who wants one more waits for his turn. Lives on the
/// radio's thread.
class ConnectionSlots
{
public:
    explicit ConnectionSlots(std::size_t perAdapter)
        : perAdapter_(perAdapter)
    {}

    /// `granted` comes at once or from a release(). Who asks has no slot and does not wait.
    void ask(const std::string& adapter, std::uint64_t who, base::Task granted);
    /// Gives the slot back, or waits no longer; nothing for who has neither.
    void release(std::uint64_t who);

    [[nodiscard]] bool isWanted(const std::string& adapter) const;

private:
    struct Waiting
    {
        std::uint64_t who = 0;
        base::Task granted;
    };

    struct Adapter
    {
        std::set<std::uint64_t> held;
        std::deque<Waiting> waiting;
    };

    void grantNext(Adapter& adapter) const;

    std::size_t perAdapter_;
    std::map<std::string, Adapter> adapters_;
};

} // namespace causeway::bridges::ble
