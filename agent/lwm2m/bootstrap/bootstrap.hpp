// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "agent/api/bootstrap_store.hpp"
#include "agent/api/gateway_control.hpp"
#include "agent/api/transport.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/bootstrap/bootstrap_operations.hpp"
#include "agent/lwm2m/server_session.hpp"

namespace causeway::lwm2m {

/// What a Bootstrap asks of, and tells, the client it belongs to.
class BootstrapListener
{
public:
    virtual ~BootstrapListener() = default;

    using Kept = base::UniqueFunction<void(base::Expected<void>)>;

    /// Objects 0, 1 and 2 as they are in force.
    [[nodiscard]] virtual StagedObjects stage() const = 0;

    /// Bootstrap-Finish: checks and keeps all of it or nothing, then says which. InvalidArgument:
    /// the Bootstrap-Server may correct it. Nothing comes into force before onBootstrapped().
    virtual void onFinish(const StagedObjects& staged, Kept kept) = 0;

    /// The Bootstrap-Server has had its answer: what was kept may come into force.
    virtual void onBootstrapped() = 0;

    virtual void onStatusChanged() = 0;
};

/// The Bootstrap interface of one client (LwM2M Core §6.1) as a table of states and events, drawn
/// in README.md: asks the Bootstrap-Server, lets it work on a stage of its own, and hands the stage
/// over when Bootstrap-Finish finds it consistent. Whatever goes wrong before drops the stage, and
/// the accounts in force stay as they are. Main thread.
class Bootstrap final : private api::SessionListener
{
public:
    enum class State : std::uint8_t {
        Idle,       ///< nobody wants it
        HoldingOff, ///< /0/x/11
        Waiting,    ///< for the next attempt
        Locked,     ///< for the key store; no timer runs
        Connecting,
        Requesting,
        Packing,   ///< a Bootstrap-Pack is being decided
        Serving,   ///< the Bootstrap-Server works on the stage
        Keeping,   ///< Bootstrap-Finish is being decided
        Lingering, ///< it has its 2.04, and may ask again when that was lost
    };

    enum class Event : std::uint8_t {
        Wanted,
        TimerDue,
        OperatorAsked,
        CredentialChanged,
        Connected,
        Accepted,
        PackCame,
        PackRefused,   ///< or there is none
        AttemptFailed, ///< or the session is lost
        KeysLocked,
        Asked, ///< a request of the Bootstrap-Server
        FinishAsked,
        Kept,
        NotKept,
        Stop,
    };

    /// What a client shares with its Bootstrap; outlives it.
    struct Shared
    {
        const ClientIdentity& identity;
        const ObjectTree& tree;
        api::Transport& transport;
        base::Scheduler& scheduler;
        const model::Definitions& definitions;
    };

    Bootstrap(const Shared& shared, api::ServerSettings account, BootstrapListener& listener);
    ~Bootstrap() override;
    Bootstrap(const Bootstrap&) = delete;
    Bootstrap& operator=(const Bootstrap&) = delete;

    /// Client-initiated bootstrap (LwM2M Core §6.1.3) after `delay` and the hold-off time; goes on
    /// until it succeeds. Does nothing when it goes on already.
    void begin(base::Duration delay);
    /// At once, also when it waits.
    void beginNow();
    void stop();
    void onCredentialChanged();

    [[nodiscard]] const api::ServerSettings& account() const { return account_; }

    /// Whether the Bootstrap-Server is at work, or what it did is on the way into force.
    [[nodiscard]] bool isServed() const { return state_ >= State::Packing; }

    /// Whether what is kept of the accounts from before is, or is about to be, replaced.
    [[nodiscard]] bool isDelivering() const
    {
        return state_ >= State::Packing && state_ != State::Serving;
    }

    [[nodiscard]] bool isIdle() const { return state_ == State::Idle; }

    [[nodiscard]] api::RegistrationStatus status() const;

private:
    using Action = void (Bootstrap::*)();

    struct Transition
    {
        State state;
        Event event;
        State next;
        Action action;
    };

    static std::span<const Transition> transitions();

    void onConnected(const api::ChannelFacts& facts) override;
    void onClosed(const base::Error& reason) override;

    [[nodiscard]] bool takesRequests() const override
    {
        return state_ == State::Requesting || state_ == State::Serving;
    }

    void onRequest(api::Request request, api::Respond respond) override;
    void onReset(const api::Token& token) override;

    void raise(Event event);
    void fail(const base::Error& error);

    // The actions of the table.
    void rest();
    void holdOff();
    void connect();
    void reconnect();
    void waitForKeys();
    void sendRequest();
    void askForPack();
    void askToServe();
    void beginServing();
    void waitForServer();
    void waitForStore();
    void giveUp();
    void waitForRetry();
    void linger();
    void handOver();

    void finish(api::Respond respond);
    void onRequestAnswer(const base::Expected<api::Response>& answer);
    void onPackAnswer(base::Expected<api::Response> answer);
    void onPackKept(const base::Expected<void>& kept);
    void onKept(const base::Expected<void>& kept, api::Respond respond);
    /// The last error and what comes of it, to the journal; once for each kind of error.
    void tell(const std::string& whatNext);

    Shared shared_;
    api::ServerSettings account_;
    BootstrapListener& listener_;
    BootstrapOperations operations_;

    State state_ = State::Idle;
    bool mayTellFormat_ = true;  ///< pct; until the server refuses it
    bool mayAskForPack_ = true;  ///< until the server has none, or none that is good
    std::uint32_t failures_ = 0; ///< since the last success
    std::uint32_t requests_ = 0; ///< of the Bootstrap-Server in this session
    base::Duration startDelay_{};
    base::TimePoint servingEnds_{}; ///< of this session's Bootstrap-Server, once it has begun
    std::optional<StagedObjects> stage_;
    base::WallTime nextAttemptAt_{};
    base::WallTime lastErrorAt_{};
    std::string lastError_;
    std::string toldError_;
    base::Timer timer_;
    ServerSession session_;
    base::Lifetime lifetime_;
};

} // namespace causeway::lwm2m
