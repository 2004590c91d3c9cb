// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "tests/bench/coap_bytes.hpp"
#include "tests/bench/fleet.hpp"

namespace causeway::bench {

/// The floor: GnuTLS, one connected UDP socket each, and ready-made answers. The same handshakes
/// and records as a fleet of LwM2M Clients, and nothing else. Now and then a handshake stands
/// still, for a reason not yet known (README.md): after a second in which nothing came, everybody
/// who is not connected begins anew.
class FloorFleet final : public Fleet
{
public:
    FloorFleet();
    ~FloorFleet() override;

    void add(std::uint16_t port) override;

    [[nodiscard]] std::size_t registered() const override { return registered_; }

    void notify(std::size_t index) override;

    void update(std::size_t) override {} // it registers once

    void watch(int fd, std::function<void()> onReadable) override;
    [[nodiscard]] std::string whereabouts() const override;
    void runOnce(std::chrono::milliseconds longest) override;

private:
    struct Device;

    struct Watched
    {
        int fd;
        std::function<void()> onReadable;
    };

    void onReadable(Device& device);
    void continueHandshake(Device& device);
    void registerDevice(Device& device);
    void onRecord(Device& device, const Packet& packet);

    int epoll_;
    std::vector<std::unique_ptr<Device>> devices_;
    std::vector<Watched> watched_;
    std::size_t registered_ = 0;
};

} // namespace causeway::bench
