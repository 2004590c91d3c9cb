// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/farewells.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace causeway::coap {

struct Farewells::Parting
{
    Parting(Farewells& owner, base::UniqueFd taken)
        : socket(std::move(taken))
        , late(owner.loop_, [this, &owner] { owner.end(this); })
        , watch(owner.loop_.watch(
              socket.get(), EPOLLIN, [this, &owner](std::uint32_t) { owner.discard(*this); }))
    {
        late.start(limit);
    }

    base::UniqueFd socket;
    std::size_t discarded = 0;
    base::Timer late;
    base::Watch watch;
};

Farewells::Farewells(base::EventLoop& loop)
    : loop_(loop)
{}

Farewells::~Farewells() = default;

void Farewells::take(base::UniqueFd socket)
{
    if (::shutdown(socket.get(), SHUT_WR) != 0)
        return; // the peer is gone already
    if (parting_.size() == most)
        parting_.erase(parting_.begin());
    parting_.push_back(std::make_unique<Parting>(*this, std::move(socket)));
}

// MSG_TRUNC: the kernel throws the octets away itself (tcp(7)).
void Farewells::discard(Parting& parting)
{
    constexpr std::size_t perRound = 64UL * 1024;
    const ssize_t size = ::recv(parting.socket.get(), nullptr, perRound, MSG_TRUNC | MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size > 0 && (parting.discarded += static_cast<std::size_t>(size)) <= mostDiscarded)
        return;
    end(&parting);
}

void Farewells::end(const Parting* parting)
{
    std::erase_if(parting_, [&](const auto& one) { return one.get() == parting; });
}

} // namespace causeway::coap
