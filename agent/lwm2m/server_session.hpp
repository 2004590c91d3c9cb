// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "agent/api/registration_status.hpp"
#include "agent/api/settings.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/register_request.hpp"

namespace causeway::lwm2m {

/// One account's session with its server, which may be ended and opened anew, also by who stands in
/// one of its callbacks. Main thread.
class ServerSession
{
public:
    using Answered = api::Session::ResponseDone;

    /// All of them outlive it.
    ServerSession(const ClientIdentity& identity,
                  const api::ServerSettings& account,
                  api::Transport& transport,
                  base::Scheduler& scheduler,
                  api::SessionListener& listener);

    /// In place of nothing: the one before is closed.
    void open(bool mayResume = true);

    /// What the listener's onConnected() was told.
    void noteChannel(const api::ChannelFacts& facts);

    /// Destroyed by the next turn of the loop; nothing is answered any more.
    void close();

    [[nodiscard]] bool isOpen() const { return session_ != nullptr; }

    [[nodiscard]] bool isResumed() const { return channel_ && channel_->isResumed; }

    /// A request of which only the newest is answered, and none that a close() came after.
    void ask(api::Request request, Answered answered);

    /// When the server was last heard; long ago when it was not.
    [[nodiscard]] base::TimePoint lastHeardAt() const;

    /// It is open. Everything else goes straight to it.
    [[nodiscard]] api::Session& get() { return *session_; }

    /// Whose it is and over which channel; the rest is for the owner to say.
    [[nodiscard]] api::RegistrationStatus status() const;

private:
    const ClientIdentity& identity_;
    const api::ServerSettings& account_;
    api::Transport& transport_;
    base::Scheduler& scheduler_;
    api::SessionListener& listener_;
    std::uint32_t requestNumber_ = 0;
    std::unique_ptr<api::ChannelFacts> channel_;
    base::WallTime channelSince_{};
    std::unique_ptr<api::Session> session_;
    std::unique_ptr<api::Session> retired_;
    base::Lifetime lifetime_;
};

} // namespace causeway::lwm2m
