// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "agent/base/event_loop.hpp"
#include "agent/web/handles.hpp"

namespace causeway::web {

/// libcurl's transfers on our loop: its sockets are watched and its timer runs there. Nothing
/// blocks, because libcurl looks no name up and connects nothing here (see HttpFetch). Lives on the
/// loop's thread and outlives its transfers.
class Transfers
{
public:
    /// Hears it from inside libcurl's loop over transfers: it may not add or remove any then.
    class Owner
    {
    public:
        virtual ~Owner() = default;
        virtual void onTransferDone(CURLcode code) = 0;
    };

    /// Throws when libcurl cannot be.
    explicit Transfers(base::EventLoop& loop);
    ~Transfers();
    Transfers(const Transfers&) = delete;
    Transfers& operator=(const Transfers&) = delete;

    /// From here to remove() both stay. False when libcurl does not take it.
    [[nodiscard]] bool add(CURL* easy, Owner& owner);
    void remove(CURL* easy);
    /// A paused one goes on.
    void resume(CURL* easy);

private:
    static int
    onSocketWanted(CURL* easy, curl_socket_t socket, int what, void* self, void* unused) noexcept;
    static int onTimerWanted(CURLM* multi, long milliseconds, void* self) noexcept;

    void watch(curl_socket_t socket, int what);
    void act(curl_socket_t socket, int events);
    void tellEnds();

    base::EventLoop& loop_;
    MultiHandle multi_;
    std::map<curl_socket_t, base::Watch> watches_;
    base::Timer timer_; ///< as libcurl wants it: it says so only when that changes
    base::Timer resumed_;
};

} // namespace causeway::web
