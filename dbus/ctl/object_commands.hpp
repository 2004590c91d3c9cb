// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dbus/ctl/session.hpp"

/// What lines, servers and devices have in common on the command line.
namespace causeway::dbus::ctl {

/// [{"name": …, properties …}, …]
[[nodiscard]] Json toJson(const Objects& objects);

/// The group `line`, `server` or `device`, which needs one of its sub-commands.
CLI::App& addGroup(CLI::App& app, Kind kind, const char* help);

/// `show NAME`: every property and setting of one object.
void addShow(CLI::App& group, Session& session, Kind kind);

/// `change NAME --setting …`
void addChange(CLI::App& group, Session& session, Kind kind);

/// Registered, or a Bootstrap-Server that nobody needs now.
[[nodiscard]] bool isAsItShouldBe(const Json& registration);

/// A text property, or "" when there is none.
[[nodiscard]] std::string textIn(const Json& json, const char* key);

} // namespace causeway::dbus::ctl
