// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/api/transport.hpp"
#include "agent/lwm2m/server_account.hpp"

namespace causeway::lwm2m {

/// What a Registration asks of, and tells, the client it belongs to.
class RegistrationListener
{
public:
    virtual ~RegistrationListener() = default;

    /// The payload of Register and Update (LwM2M Core §6.2.1).
    [[nodiscard]] virtual std::string objectLinks(ProtocolVersion version) const = 0;

    /// Requests of the server are served from now on. `isNew`: the server knows no observation.
    virtual void onRegistered(bool isNew) = 0;

    /// Nothing can be sent until onRegistered().
    virtual void onSessionEnded() = 0;

    /// Whether there is nothing that keeps the client from serving its servers.
    [[nodiscard]] virtual bool takesRequests() const { return true; }

    /// Only while registered.
    virtual void onRequest(api::Request request, api::Respond respond) = 0;

    /// As api::SessionListener has it; only while registered.
    [[nodiscard]] virtual bool takesPieces(const api::Request& head) const
    {
        static_cast<void>(head);
        return false;
    }

    virtual void onReset(const api::Token& token) = 0;

    /// The retry sequences are used up, or the server does not want this client. The registration
    /// itself tries again after a long pause.
    virtual void onGaveUp() = 0;

    /// The account's disabledUntil is another; it is to be kept.
    virtual void onDisabledUntilChanged() {}

    virtual void onStatusChanged() = 0;
};

} // namespace causeway::lwm2m
