// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agent/api/gateway_control.hpp"
#include "agent/api/transport.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/notifier.hpp"
#include "agent/lwm2m/registration_counts.hpp"
#include "agent/lwm2m/registration_listener.hpp"
#include "agent/lwm2m/registration_state.hpp"
#include "agent/lwm2m/retry_schedule.hpp"
#include "agent/lwm2m/server_account.hpp"
#include "agent/lwm2m/server_session.hpp"

namespace causeway::lwm2m {

/// Register, Update and De-register of one client at one server: a table of states and events, in
/// registration_table.cpp, drawn in README.md. It never gives up for good: when the retry sequences
/// are used up it begins them again after a long pause. Main thread.
class Registration final : public Notifier, private api::SessionListener
{
public:
    using Identity = ClientIdentity;

    using State = RegistrationState;
    using Event = RegistrationEvent;

    /// All that is given by reference outlives the registration.
    Registration(const Identity& identity,
                 ServerAccount& account,
                 api::Transport& transport,
                 base::Scheduler& scheduler,
                 RegistrationListener& listener);
    ~Registration() override;
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

    void start(base::Duration delay);
    [[nodiscard]] bool isDisabled() const; ///< since before the start, still
    void queue();                          ///< start() comes later, or the operator
    /// De-registers if there is something to de-register; `done` comes later, within `limit`.
    void stop(base::Duration limit, base::Task done);

    /// Lifetime or object list may have changed: Update with what differs from what was sent.
    void announceChanges();
    void updateNow();
    void onCredentialChanged();

    /// /1/x/4: de-register, be silent for /1/x/5, register again.
    void disable() { raise(Event::DisableAsked); }

    bool wake() override;
    void notify(const api::Token& token,
                api::Response response,
                bool isConfirmable,
                api::Session::DeliveryDone done) override;

    /// A request of our own (Send). Fails at once, with Unreachable, while not registered.
    void request(api::Request request, api::Session::ResponseDone done);

    [[nodiscard]] bool isRegistered() const
    {
        return state_ == State::Registered || state_ == State::Updating;
    }

    [[nodiscard]] ProtocolVersion version() const { return account_.version; }

    /// All but `observations`, which the registration does not know.
    [[nodiscard]] api::RegistrationStatus status() const;

private:
    using Action = void (Registration::*)();

    struct Transition
    {
        State state;
        Event event;
        State next;
        Action action;
    };

    static std::span<const Transition> transitions();

    void onConnected(const api::ChannelFacts& facts) override;
    void onAlert(std::uint8_t alert) override;
    void onClosed(const base::Error& reason) override;
    void onRequest(api::Request request, api::Respond respond) override;

    [[nodiscard]] bool takesRequests() const override;
    [[nodiscard]] bool takesPieces(const api::Request& head) const override;
    void onReset(const api::Token& token) override;

    void raise(Event event);
    void fail(const base::Error& error);
    [[nodiscard]] Event countFailure(const base::Error& error);

    // The actions of the table.
    void rest();
    void waitForOthers();
    void waitForKeys();
    void waitForTurn();
    void connect();
    void startOver();
    void reconnect();
    void sendRegister();
    void sendUpdate();
    void sendDeregister();
    void becomeRegistered();
    void becomeUpdated();
    void waitForRetry();
    void waitToReconnect();
    void waitLong();
    void waitOutSilence();
    void goOnWithSilence();
    void endSilence();

    using Answered = void (Registration::*)(const base::Expected<api::Response>&);
    void ask(api::Request request, Answered answered);
    void onRegisterAnswer(const base::Expected<api::Response>& answer);
    void onUpdateAnswer(const base::Expected<api::Response>& answer);
    void onDeregisterAnswer(const base::Expected<api::Response>& answer);

    void retireSession();
    void noteError(const std::string& sentence);
    void logTrouble(const std::string& whatNext);
    void waitFor(base::Duration delay);
    void scheduleUpdate();
    void rememberSent(const std::string& links);
    [[nodiscard]] bool hasUnsentChanges() const;
    [[nodiscard]] bool isAwake() const;
    [[nodiscard]] bool hasExpired() const;
    [[nodiscard]] bool isSettled() const;
    [[nodiscard]] base::Duration spreadOut(base::Duration delay) const;

    const Identity& identity_;
    ServerAccount& account_; ///< of which version, alert and disabledUntil are set here
    base::Scheduler& scheduler_;
    RegistrationListener& listener_;

    State state_ = State::Off;
    bool hasUpdatedSinceRegister_ = false;
    bool isWaking_ = false;        ///< the Update under way ends a sleep (queue mode)
    bool mayResume_ = true;        ///< the next session
    bool isInTrouble_ = false;     ///< since the last success
    bool isErrorUnlogged_ = false; ///< the journal does not have lastError_ yet
    RetrySchedule retries_;
    RegistrationCounts counts_;

    std::vector<std::string> location_;
    std::chrono::seconds sentLifetime_{};
    bool sentQueueMode_ = false;
    std::size_t sentLinksHash_ = 0;
    base::TimePoint acceptedAt_{};
    base::TimePoint exchangedAt_{}; ///< the last message that is known of here
    base::TimePoint registeredAt_{};
    base::WallTime registeredAtWall_{};
    base::WallTime nextAttemptAt_{};
    base::WallTime lastErrorAt_{};
    std::string lastError_;
    base::Duration startDelay_{};
    base::Task stopped_;
    base::Timer timer_;
    ServerSession session_;
};

} // namespace causeway::lwm2m
