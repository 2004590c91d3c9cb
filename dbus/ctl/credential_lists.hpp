// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dbus/ctl/session.hpp"

namespace causeway::dbus::ctl {

/// Below "credential": those that concern all devices of a server.
void addCredentialListCommands(CLI::App& group, Session& session);

} // namespace causeway::dbus::ctl
