// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/api/credential_lists.hpp"
#include "agent/api/gateway_control.hpp"
#include "agent/api/key_store_control.hpp"
#include "agent/api/renewal_overview.hpp"
#include "agent/api/smartcard.hpp"
#include "dbus/gate.hpp"
#include "dbus/newest_status.hpp"
#include "dbus/values.hpp"

namespace causeway::dbus {

/// What all adaptors of one connection share; ExportedTree owns it and outlives them.
struct Context
{
    sdbus::IConnection& connection;
    api::GatewayControl& control;
    api::CredentialLists& lists;
    api::KeyStoreControl& keyStore;
    const api::RenewalOverview& renewals;
    const api::SmartcardOverview& smartcard;
    Gate& gate;
    NewestStatus& status;
    const std::string& version;
};

} // namespace causeway::dbus
