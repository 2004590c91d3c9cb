// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gateway1_keyStore_proxy.h>

#include "dbus/ctl/session.hpp"

namespace causeway::dbus::ctl {

using KeyStoreProxy = Proxy<org::causeway::Gateway1::KeyStore_proxy>;

void addKeyStoreCommands(CLI::App& app, Session& session);

} // namespace causeway::dbus::ctl
