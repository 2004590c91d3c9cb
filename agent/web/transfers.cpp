// SPDX-License-Identifier: Apache-2.0
#include "agent/web/transfers.hpp"

#include <chrono>
#include <cstdint>
#include <stdexcept>

#include "agent/base/door.hpp"

namespace causeway::web {

namespace {

std::uint32_t eventsOf(int what)
{
    const bool reads = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
    const bool writes = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
    return (reads ? EPOLLIN : 0U) | (writes ? EPOLLOUT : 0U);
}

int selectOf(std::uint32_t events)
{
    constexpr std::uint32_t broken = EPOLLHUP | EPOLLERR;
    int select = 0;
    // libcurl finds out by itself what broke.
    if ((events & (EPOLLIN | broken)) != 0)
        select |= CURL_CSELECT_IN;
    if ((events & (EPOLLOUT | broken)) != 0)
        select |= CURL_CSELECT_OUT;
    return select;
}

} // namespace

Transfers::Transfers(base::EventLoop& loop)
    : loop_(loop)
    , timer_(loop, [this] { act(CURL_SOCKET_TIMEOUT, 0); })
    , resumed_(loop, [this] { act(CURL_SOCKET_TIMEOUT, 0); })
{
    // Nothing of what it would initialize (TLS among it) is used.
    if (curl_global_init(CURL_GLOBAL_NOTHING) != CURLE_OK)
        throw std::runtime_error("libcurl cannot be initialized");
    multi_.reset(curl_multi_init());
    if (!multi_)
        throw std::runtime_error("libcurl gives no multi handle");
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, onSocketWanted);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, onTimerWanted);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
}

Transfers::~Transfers()
{
    multi_.reset();
    curl_global_cleanup();
}

bool Transfers::add(CURL* easy, Owner& owner)
{
    return curl_easy_setopt(easy, CURLOPT_PRIVATE, &owner) == CURLE_OK &&
           curl_multi_add_handle(multi_.get(), easy) == CURLM_OK;
}

void Transfers::remove(CURL* easy)
{
    curl_multi_remove_handle(multi_.get(), easy);
}

void Transfers::resume(CURL* easy)
{
    curl_easy_pause(easy, CURLPAUSE_CONT);
    resumed_.start(base::Duration::zero()); // libcurl 7.88 does not always ask for it
}

int Transfers::onSocketWanted(
    CURL* /*easy*/, curl_socket_t socket, int what, void* self, void* /*unused*/) noexcept
{
    const bool isDone = base::contain("a download's socket",
                                      [&] { static_cast<Transfers*>(self)->watch(socket, what); });
    return isDone ? 0 : -1;
}

int Transfers::onTimerWanted(CURLM* /*multi*/, long milliseconds, void* self) noexcept
{
    auto& timer = static_cast<Transfers*>(self)->timer_;
    const bool isDone = base::contain("a download's timer", [&] {
        if (milliseconds < 0)
            timer.stop();
        else
            timer.start(std::chrono::milliseconds(milliseconds));
    });
    return isDone ? 0 : -1;
}

// A paused transfer wants nothing of its socket: it is not watched then, or a server that hangs up
// would wake the loop again and again.
void Transfers::watch(curl_socket_t socket, int what)
{
    const auto events = eventsOf(what);
    watches_.erase(socket);
    if (events != 0)
        watches_.emplace(socket, loop_.watch(socket, events, [this, socket](std::uint32_t ready) {
            act(socket, selectOf(ready));
        }));
}

void Transfers::act(curl_socket_t socket, int events)
{
    int running = 0;
    curl_multi_socket_action(multi_.get(), socket, events, &running);
    tellEnds();
}

void Transfers::tellEnds()
{
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
        void* owner = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
        if (message->msg == CURLMSG_DONE && owner != nullptr)
            static_cast<Owner*>(owner)->onTransferDone(message->data.result);
    }
}

} // namespace causeway::web
