// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>

#include <netinet/in.h>
#include <sys/socket.h>

#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/worker.hpp"
#include "bridges/modbus/descriptor_link.hpp"

namespace causeway::bridges::modbus {

/// A TCP connection, for Modbus TCP and for RTU frames through a serial server. All addresses of a
/// host are tried in turn; a name is looked up on `resolver`, a literal address is not.
class TcpLink final : public DescriptorLink
{
public:
    TcpLink(base::EventLoop& loop,
            const LineTuning& tuning,
            const api::LineSettings& settings,
            base::WorkerPool& resolver);

    [[nodiscard]] static base::Expected<void> check(const api::LineSettings& settings);

    [[nodiscard]] base::Duration wireTime(std::size_t octets) const override;
    [[nodiscard]] base::Duration silence() const override;

    [[nodiscard]] bool canSleep() const override { return true; }

private:
    struct Address
    {
        sockaddr_storage octets{};
        socklen_t size = 0;
    };

    using Addresses = std::deque<Address>;

    [[nodiscard]] static base::Expected<Addresses>
    lookUp(const std::string& host, std::uint16_t port, int flags);

    void tryOpen() override;
    void abandon() override;
    void onAddresses(base::Expected<Addresses> addresses);
    void connectNext(const std::string& lastReason);
    void onConnected();

    api::LineSettings settings_;
    base::WorkerPool& resolver_;
    Addresses addresses_;
    base::UniqueFd pending_;
    base::Watch pendingWatch_;
    base::Timer giveUp_;
    std::uint64_t attempt_ = 0;
};

} // namespace causeway::bridges::modbus
