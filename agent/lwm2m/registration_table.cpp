// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "agent/lwm2m/registration.hpp"

/// The part of Registration that is data: its states, and what the operator sees of them.
namespace causeway::lwm2m {

// What has no row is ignored in that state.
std::span<const Registration::Transition> Registration::transitions()
{
    using R = Registration;
    // clang-format off
    static constexpr std::array table{
        Transition{State::Off,         Event::Start,             State::Waiting,     &R::waitForTurn},
        Transition{State::Off,         Event::StayAway,          State::Silent,      &R::goOnWithSilence},
        Transition{State::Off,         Event::Queue,             State::Queued,      &R::waitForOthers},
        Transition{State::Queued,      Event::Start,             State::Waiting,     &R::waitForTurn},
        Transition{State::Queued,      Event::OperatorAsked,     State::Connecting,  &R::connect},
        Transition{State::Queued,      Event::Stop,              State::Off,         &R::rest},
        Transition{State::Waiting,     Event::TimerDue,          State::Connecting,  &R::connect},
        Transition{State::Waiting,     Event::OperatorAsked,     State::Connecting,  &R::connect},
        Transition{State::Waiting,     Event::CredentialChanged, State::Connecting,  &R::connect},
        Transition{State::Waiting,     Event::Stop,              State::Off,         &R::rest},
        Transition{State::Locked,      Event::OperatorAsked,     State::Connecting,  &R::connect},
        Transition{State::Locked,      Event::CredentialChanged, State::Connecting,  &R::connect},
        Transition{State::Locked,      Event::Stop,              State::Off,         &R::rest},
        Transition{State::Failed,      Event::TimerDue,          State::Connecting,  &R::startOver},
        Transition{State::Failed,      Event::OperatorAsked,     State::Connecting,  &R::startOver},
        Transition{State::Failed,      Event::CredentialChanged, State::Connecting,  &R::startOver},
        Transition{State::Failed,      Event::Stop,              State::Off,         &R::rest},
        Transition{State::Silent,      Event::TimerDue,          State::Connecting,  &R::endSilence},
        Transition{State::Silent,      Event::OperatorAsked,     State::Connecting,  &R::endSilence},
        Transition{State::Silent,      Event::Stop,              State::Off,         &R::rest},
        Transition{State::Connecting,  Event::Connected,         State::Registering, &R::sendRegister},
        Transition{State::Connecting,  Event::Resumed,           State::Updating,    &R::sendUpdate},
        Transition{State::Connecting,  Event::KeysLocked,        State::Locked,      &R::waitForKeys},
        Transition{State::Connecting,  Event::AttemptFailed,     State::Waiting,     &R::waitForRetry},
        Transition{State::Connecting,  Event::GaveUp,            State::Failed,      &R::waitLong},
        Transition{State::Connecting,  Event::CredentialChanged, State::Connecting,  &R::reconnect},
        Transition{State::Connecting,  Event::Stop,              State::Off,         &R::rest},
        Transition{State::Registering, Event::Accepted,          State::Registered,  &R::becomeRegistered},
        Transition{State::Registering, Event::VersionRefused,    State::Registering, &R::sendRegister},
        Transition{State::Registering, Event::AttemptFailed,     State::Waiting,     &R::waitForRetry},
        Transition{State::Registering, Event::GaveUp,            State::Failed,      &R::waitLong},
        Transition{State::Registering, Event::CredentialChanged, State::Connecting,  &R::reconnect},
        Transition{State::Registering, Event::Stop,              State::Off,         &R::rest},
        Transition{State::Registered,  Event::TimerDue,          State::Updating,    &R::sendUpdate},
        Transition{State::Registered,  Event::OperatorAsked,     State::Updating,    &R::sendUpdate},
        Transition{State::Registered,  Event::Changed,           State::Updating,    &R::sendUpdate},
        Transition{State::Registered,  Event::Lost,              State::Waiting,     &R::waitToReconnect},
        Transition{State::Registered,  Event::AttemptFailed,     State::Waiting,     &R::waitForRetry},
        Transition{State::Registered,  Event::GaveUp,            State::Failed,      &R::waitLong},
        Transition{State::Registered,  Event::CredentialChanged, State::Connecting,  &R::reconnect},
        Transition{State::Registered,  Event::DisableAsked,      State::Disabling,   &R::sendDeregister},
        Transition{State::Registered,  Event::Stop,              State::Leaving,     &R::sendDeregister},
        Transition{State::Updating,    Event::Accepted,          State::Registered,  &R::becomeUpdated},
        Transition{State::Updating,    Event::Forgotten,         State::Registering, &R::sendRegister},
        Transition{State::Updating,    Event::Lost,              State::Waiting,     &R::waitToReconnect},
        Transition{State::Updating,    Event::AttemptFailed,     State::Waiting,     &R::waitForRetry},
        Transition{State::Updating,    Event::GaveUp,            State::Failed,      &R::waitLong},
        Transition{State::Updating,    Event::CredentialChanged, State::Connecting,  &R::reconnect},
        Transition{State::Updating,    Event::DisableAsked,      State::Disabling,   &R::sendDeregister},
        Transition{State::Updating,    Event::Stop,              State::Leaving,     &R::sendDeregister},
        Transition{State::Disabling,   Event::Done,              State::Silent,      &R::waitOutSilence},
        Transition{State::Disabling,   Event::Stop,              State::Off,         &R::rest},
        Transition{State::Leaving,     Event::Done,              State::Off,         &R::rest},
        Transition{State::Leaving,     Event::TimerDue,          State::Off,         &R::rest},
    };
    // clang-format on
    return table;
}

// LwM2M Core §6.2.1: before the answer to Register nothing is heard.
bool Registration::takesRequests() const
{
    return isRegistered() && listener_.takesRequests();
}

bool Registration::takesPieces(const api::Request& head) const
{
    return isRegistered() && listener_.takesPieces(head);
}

api::RegistrationStatus Registration::status() const
{
    using Reported = api::RegistrationStatus::State;
    constexpr std::array reported{Reported::Disabled,
                                  Reported::Waiting,
                                  Reported::Waiting,
                                  Reported::Waiting,
                                  Reported::Connecting,
                                  Reported::Registering,
                                  Reported::Registered,
                                  Reported::Updating,
                                  Reported::Deregistering,
                                  Reported::Waiting,
                                  Reported::Deregistering,
                                  Reported::Failed};
    static_assert(reported.size() == static_cast<std::size_t>(State::Failed) + 1);
    api::RegistrationStatus status = session_.status();
    status.shortServerId = account_.settings.shortServerId;
    status.state = reported[static_cast<std::size_t>(state_)];
    status.lastError = lastError_;
    if (!lastError_.empty())
        status.lastErrorAt = lastErrorAt_;
    if (isRegistered())
        status.registeredAt = registeredAtWall_;
    if (timer_.isRunning() && !isRegistered() && state_ != State::Leaving)
        status.nextAttemptAt = nextAttemptAt_;
    for (const auto& segment : location_)
        status.location += "/" + segment;
    status.counters = {{"failures", counts_.failures},
                       {"notifications", counts_.notifications},
                       {"registrations", counts_.registrations},
                       {"requests", counts_.requests},
                       {"sessions", counts_.sessions},
                       {"updates", counts_.updates}};
    return status;
}

} // namespace causeway::lwm2m
