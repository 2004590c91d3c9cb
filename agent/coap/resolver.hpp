// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "agent/base/expected.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/worker.hpp"

namespace causeway::coap {

struct SocketAddress
{
    sockaddr_storage storage{};
    socklen_t size = 0;

    [[nodiscard]] const sockaddr* get() const
    {
        return reinterpret_cast<const sockaddr*>(&storage); // NOLINT: the sockets API
    }
};

/// "192.0.2.1:5684" or "[2001:db8::1]:5684".
[[nodiscard]] std::string toText(const SocketAddress& address);

/// Ours on a connected socket, without port: "192.0.2.7"; empty when it cannot be told.
[[nodiscard]] std::string localHost(int socket);

/// The address that a host literal is; empty when it is a name. Does not block.
[[nodiscard]] std::vector<SocketAddress> parseLiteral(const std::string& host, std::uint16_t port);

/// Looks names up on threads of its own, several at a time: a name whose DNS server says nothing is
/// given up after some ten seconds (resolv.conf(5)), and holds up no other. Those who ask for a
/// name that is being looked up already share its result: 10,000 devices of one server cost one
/// look-up.
class Resolver
{
public:
    using Addresses = base::Expected<std::vector<SocketAddress>>;
    using Done = base::UniqueFunction<void(Addresses)>;
    /// The addresses of a host, without port. Blocks, and runs on several threads at a time.
    using LookUp = std::function<Addresses(const std::string& host)>;

    /// More addresses than this of one name are not tried.
    static constexpr std::size_t mostAddresses = 4;
    /// Look-ups at a time. A gateway has few servers: that many dead names at once are a dead DNS
    /// server, and then no name is found anyway. A thread costs some 100 KiB.
    static constexpr std::size_t mostAtATime = 8;

    explicit Resolver(base::Scheduler& scheduler, LookUp lookUp = askSystem);

    /// `done` never runs from inside the call.
    void resolve(const std::string& host, std::uint16_t port, Done done);

    /// getaddrinfo(3): /etc/hosts, DNS and what else nsswitch.conf(5) names.
    [[nodiscard]] static Addresses askSystem(const std::string& host);

private:
    struct Waiting
    {
        std::uint16_t port = 0;
        Done done;
    };

    void onResult(const std::string& host, const Addresses& result);

    base::Scheduler& scheduler_;
    LookUp lookUp_;
    std::map<std::string, std::vector<Waiting>> waiting_;
    base::Lifetime lifetime_;
    base::WorkerPool workers_{"resolver", mostAtATime};
};

} // namespace causeway::coap
