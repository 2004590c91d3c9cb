// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include "agent/base/bytes.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::sim {

/// A pty with a thread at its far end: whatever a port's user writes is given to `onOctets` with
/// the speed the port has then, and what that returns is written back.
class SerialWire
{
public:
    using OnOctets = std::function<base::Bytes(const base::Bytes& octets, const termios& port)>;

    SerialWire(const std::string& link, OnOctets onOctets)
        : link_(link)
        , onOctets_(std::move(onOctets))
        , stop_(::eventfd(0, EFD_CLOEXEC))
        , master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC))
    {
        std::array<char, 64> path{};
        if (::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0 ||
            ::ptsname_r(master_.get(), path.data(), path.size()) != 0)
            throw std::runtime_error("no pty");
        port_.reset(::open(path.data(), O_RDWR | O_NOCTTY | O_CLOEXEC)); // or it hangs up
        termios settings{};
        ::tcgetattr(port_.get(), &settings);
        ::cfmakeraw(&settings);
        ::tcsetattr(port_.get(), TCSANOW, &settings);
        std::filesystem::create_symlink(path.data(), link_);
        thread_ = std::thread([this] { serve(); });
    }

    ~SerialWire()
    {
        ::eventfd_write(stop_.get(), 1);
        thread_.join();
        std::filesystem::remove(link_);
    }

    SerialWire(const SerialWire&) = delete;
    SerialWire& operator=(const SerialWire&) = delete;

private:
    void serve()
    {
        for (;;) {
            std::array<pollfd, 2> ready{{{stop_.get(), POLLIN, 0}, {master_.get(), POLLIN, 0}}};
            ::poll(ready.data(), ready.size(), -1);
            if (ready[0].revents != 0)
                return;
            std::array<std::uint8_t, 256> octets{};
            const auto size = ::read(master_.get(), octets.data(), octets.size());
            if (size <= 0)
                continue;
            termios port{};
            ::tcgetattr(port_.get(), &port);
            const auto answer = onOctets_({octets.begin(), octets.begin() + size}, port);
            if (::write(master_.get(), answer.data(), answer.size()) < 0)
                return;
        }
    }

    std::string link_;
    OnOctets onOctets_;
    base::UniqueFd stop_;
    base::UniqueFd master_;
    base::UniqueFd port_;
    std::thread thread_;
};

} // namespace causeway::sim
