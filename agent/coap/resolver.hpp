// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
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

/// The address that a host literal is; empty when it is a name. Does not block.
[[nodiscard]] std::vector<SocketAddress> parseLiteral(const std::string& host, std::uint16_t port);

/// Looks names up on a thread of its own. Those who ask for a name that is being looked up already
/// share its result: 10,000 devices of one server cost one look-up.
class Resolver
{
public:
    using Done = base::UniqueFunction<void(base::Expected<std::vector<SocketAddress>>)>;

    /// More addresses than this of one name are not tried.
    static constexpr std::size_t mostAddresses = 4;

    explicit Resolver(base::Scheduler& scheduler);

    /// `done` never runs from inside the call.
    void resolve(const std::string& host, std::uint16_t port, Done done);

private:
    struct Question
    {
        std::string host;
        std::uint16_t port = 0;
        // clang-tidy 14 takes the 0 that this compares with for a pointer.
        auto operator<=>(const Question&) const = default; // NOLINT(modernize-use-nullptr)
    };

    void onResult(const Question& question,
                  const base::Expected<std::vector<SocketAddress>>& result);

    base::Scheduler& scheduler_;
    std::map<Question, std::vector<Done>> waiting_;
    base::Lifetime lifetime_;
    base::Worker worker_{"resolver"};
};

} // namespace causeway::coap
