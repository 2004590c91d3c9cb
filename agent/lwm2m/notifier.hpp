// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/transport.hpp"

namespace causeway::lwm2m {

/// Where Observations send their notifications: a Registration, or a test.
class Notifier
{
public:
    virtual ~Notifier() = default;

    /// Before notify(). False while the server takes the client to sleep (queue mode): it is being
    /// told otherwise, and RegistrationListener::onRegistered() comes when it has answered.
    [[nodiscard]] virtual bool wake() = 0;

    /// While registered; else the notification is dropped and `done` never runs.
    virtual void notify(const api::Token& token,
                        api::Response response,
                        bool isConfirmable,
                        api::Session::DeliveryDone done) = 0;
};

} // namespace causeway::lwm2m
