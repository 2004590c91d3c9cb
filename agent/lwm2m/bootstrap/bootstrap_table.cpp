// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "agent/lwm2m/bootstrap/bootstrap.hpp"

/// The part of Bootstrap that is data: its states, and what the operator sees of them.
namespace causeway::lwm2m {

// What has no row is ignored in that state.
std::span<const Bootstrap::Transition> Bootstrap::transitions()
{
    using B = Bootstrap;
    // clang-format off
    static constexpr std::array table{
        Transition{State::Idle,       Event::Wanted,            State::HoldingOff, &B::holdOff},
        Transition{State::Idle,       Event::OperatorAsked,     State::Connecting, &B::connect},
        Transition{State::HoldingOff, Event::TimerDue,          State::Connecting, &B::connect},
        Transition{State::HoldingOff, Event::OperatorAsked,     State::Connecting, &B::connect},
        Transition{State::HoldingOff, Event::Stop,              State::Idle,       &B::rest},
        Transition{State::Waiting,    Event::TimerDue,          State::Connecting, &B::connect},
        Transition{State::Waiting,    Event::OperatorAsked,     State::Connecting, &B::connect},
        Transition{State::Waiting,    Event::CredentialChanged, State::Connecting, &B::connect},
        Transition{State::Waiting,    Event::Stop,              State::Idle,       &B::rest},
        Transition{State::Locked,     Event::OperatorAsked,     State::Connecting, &B::connect},
        Transition{State::Locked,     Event::CredentialChanged, State::Connecting, &B::connect},
        Transition{State::Locked,     Event::Stop,              State::Idle,       &B::rest},
        Transition{State::Connecting, Event::Connected,         State::Requesting, &B::sendRequest},
        Transition{State::Connecting, Event::AttemptFailed,     State::Waiting,    &B::waitForRetry},
        Transition{State::Connecting, Event::KeysLocked,        State::Locked,     &B::waitForKeys},
        Transition{State::Connecting, Event::CredentialChanged, State::Connecting, &B::reconnect},
        Transition{State::Connecting, Event::Stop,              State::Idle,       &B::rest},
        Transition{State::Requesting, Event::Accepted,          State::Serving,    &B::beginServing},
        Transition{State::Requesting, Event::Asked,             State::Serving,    &B::beginServing},
        Transition{State::Requesting, Event::PackCame,          State::Packing,    &B::waitForStore},
        Transition{State::Requesting, Event::PackRefused,       State::Requesting, &B::askToServe},
        Transition{State::Requesting, Event::AttemptFailed,     State::Waiting,    &B::waitForRetry},
        Transition{State::Requesting, Event::Stop,              State::Idle,       &B::rest},
        Transition{State::Packing,    Event::Kept,              State::Lingering,  &B::linger},
        Transition{State::Packing,    Event::NotKept,           State::Requesting, &B::askToServe},
        Transition{State::Packing,    Event::Stop,              State::Idle,       &B::rest},
        Transition{State::Serving,    Event::Asked,             State::Serving,    &B::waitForServer},
        Transition{State::Serving,    Event::FinishAsked,       State::Keeping,    &B::waitForStore},
        Transition{State::Serving,    Event::TimerDue,          State::Waiting,    &B::giveUp},
        Transition{State::Serving,    Event::AttemptFailed,     State::Waiting,    &B::waitForRetry},
        Transition{State::Serving,    Event::Stop,              State::Idle,       &B::rest},
        Transition{State::Keeping,    Event::Kept,              State::Lingering,  &B::linger},
        Transition{State::Keeping,    Event::NotKept,           State::Serving,    &B::waitForServer},
        Transition{State::Keeping,    Event::Stop,              State::Idle,       &B::rest},
        Transition{State::Lingering,  Event::TimerDue,          State::Idle,       &B::handOver},
        Transition{State::Lingering,  Event::AttemptFailed,     State::Idle,       &B::handOver},
        Transition{State::Lingering,  Event::Stop,              State::Idle,       &B::rest},
    };
    // clang-format on
    return table;
}

api::RegistrationStatus Bootstrap::status() const
{
    using Reported = api::RegistrationStatus::State;
    constexpr std::array reported{Reported::Idle,
                                  Reported::Waiting,
                                  Reported::Waiting,
                                  Reported::Waiting,
                                  Reported::Connecting,
                                  Reported::Bootstrapping,
                                  Reported::Bootstrapping,
                                  Reported::Bootstrapping,
                                  Reported::Bootstrapping,
                                  Reported::Bootstrapping};
    static_assert(reported.size() == static_cast<std::size_t>(State::Lingering) + 1);
    api::RegistrationStatus status = session_.status();
    status.state = reported[static_cast<std::size_t>(state_)];
    status.lastError = lastError_;
    if (!lastError_.empty())
        status.lastErrorAt = lastErrorAt_;
    if (state_ == State::Waiting || state_ == State::HoldingOff)
        status.nextAttemptAt = nextAttemptAt_;
    return status;
}

} // namespace causeway::lwm2m
