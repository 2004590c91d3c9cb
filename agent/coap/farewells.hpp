// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "agent/base/event_loop.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::coap {

/// TCP connections that have said their last word. A socket that is closed with unread input resets
/// the connection, and a reset may overtake that word (RFC 1122 §4.2.2.13): so the sending side is
/// shut down, and what still comes is thrown away until the peer ends its side, for a bounded time.
/// Lives on the loop's thread.
class Farewells
{
public:
    /// As long as a Release lets a peer finish.
    static constexpr base::Duration limit = std::chrono::seconds(2);
    /// Descriptors that such peers may hold; of one more, the oldest is closed.
    static constexpr std::size_t most = 64;
    /// Of one peer that does not stop to send: two windows of Linux's first size.
    static constexpr std::size_t mostDiscarded = 128UL * 1024;

    /// The loop outlives this.
    explicit Farewells(base::EventLoop& loop);
    ~Farewells();
    Farewells(const Farewells&) = delete;
    Farewells& operator=(const Farewells&) = delete;

    /// A connected socket that does not block; nothing more is to be sent.
    void take(base::UniqueFd socket);

    [[nodiscard]] std::size_t count() const { return parting_.size(); }

private:
    struct Parting;

    void discard(Parting& parting);
    void end(const Parting* parting);

    base::EventLoop& loop_;
    std::vector<std::unique_ptr<Parting>> parting_; ///< oldest first
};

} // namespace causeway::coap
