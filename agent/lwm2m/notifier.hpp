// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/transport.hpp"

namespace causeway::lwm2m {

/// Where Observations send their notifications: a Registration, or a test.
class Notifier
{
public:
    virtual ~Notifier() = default;

    /// While registered; else the notification is dropped and `done` never runs.
    virtual void notify(const api::Token& token,
                        api::Response response,
                        bool isConfirmable,
                        api::Session::DeliveryDone done) = 0;
};

} // namespace causeway::lwm2m
