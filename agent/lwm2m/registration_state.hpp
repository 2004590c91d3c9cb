// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Where a Registration is, and what happens to it: the words of registration_table.cpp.
namespace causeway::lwm2m {

enum class RegistrationState : std::uint8_t {
    Off,
    Queued,  ///< behind other servers, by RegistrationOrder
    Waiting, ///< for its turn or its next attempt
    Locked,  ///< for the key store; no timer runs
    Connecting,
    Registering,
    Registered,
    Updating,
    Disabling, ///< De-register on the server's wish (/1/x/4)
    Silent,    ///< until /1/x/5 is over
    Leaving,   ///< De-register because we stop
    Failed,    ///< the sequences are used up; a long pause runs
};

enum class RegistrationEvent : std::uint8_t {
    Start,
    StayAway, ///< instead: the server has disabled the client, before a restart
    Queue,    ///< later: others come first
    TimerDue,
    OperatorAsked,
    CredentialChanged,
    Connected, ///< after a full handshake
    Resumed,   ///< and the registration is still valid
    Accepted,
    VersionRefused, ///< 4.12 to more than 1.0
    Forgotten,      ///< the server does not know the registration, or it has expired
    AttemptFailed,
    GaveUp, ///< the last attempt of the last sequence failed, or trying again is useless
    KeysLocked,
    Lost, ///< the session, after a while of good service
    Changed,
    DisableAsked,
    Done, ///< with De-register, whatever the answer
    Stop,
};

} // namespace causeway::lwm2m
