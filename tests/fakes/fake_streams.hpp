// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <sys/socket.h>

#include "agent/api/streams.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::fakes {

/// Connects every stream at once to the test, which plays the server.
class FakeStreams final : public api::StreamTransport
{
public:
    /// The server's end of one stream.
    struct Peer
    {
        api::StreamSettings settings;
        base::UniqueFd socket; ///< does not block
        bool isGone = false;   ///< the stream was destroyed

        /// What has come now.
        std::string read()
        {
            std::array<char, 4096> buffer{};
            const auto size = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
            return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size))
                            : std::string();
        }

        /// As much of it as goes now; how much that is.
        std::size_t send(std::string_view text)
        {
            const auto sent =
                ::send(socket.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            return sent > 0 ? static_cast<std::size_t>(sent) : 0;
        }

        void close() { socket.reset(); }
    };

    explicit FakeStreams(base::Scheduler& scheduler)
        : scheduler_(scheduler)
    {}

    [[nodiscard]] std::unique_ptr<api::Stream> openStream(api::StreamSettings settings,
                                                          api::StreamListener& listener) override
    {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw std::runtime_error("no socket pair");
        auto& peer = peers.emplace_back();
        peer.settings = std::move(settings);
        peer.socket.reset(ends[0]);
        return std::make_unique<Open>(*this, peer, base::UniqueFd(ends[1]), listener);
    }

    std::deque<Peer> peers;
    std::optional<base::Error> failure; ///< of all that are opened from now on

private:
    class Open final : public api::Stream
    {
    public:
        Open(FakeStreams& owner, Peer& peer, base::UniqueFd socket, api::StreamListener& listener)
            : peer_(peer)
            , socket_(std::move(socket))
        {
            owner.scheduler_.post(
                lifetime_.guard([this, &listener, failure = owner.failure]() mutable {
                    if (failure)
                        listener.onStreamFailed(*failure);
                    else
                        listener.onStreamOpen(std::move(socket_));
                }));
        }

        ~Open() override { peer_.isGone = true; }

    private:
        Peer& peer_;
        base::UniqueFd socket_;
        base::Lifetime lifetime_;
    };

    base::Scheduler& scheduler_;
};

} // namespace causeway::fakes
