// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "dbus/ctl/client.hpp"
#include "dbus/ctl/json.hpp"

namespace causeway::dbus::ctl {

/// What all commands share: the daemon, and how the user wants to be answered.
class Session
{
public:
    Client client;
    bool wantsJson = false;

    /// For commands that give data: as JSON, else as `table()` prints it.
    template <typename Table>
    void show(const Json& json, Table table) const
    {
        if (wantsJson)
            print(json);
        else
            table();
    }

    /// For a list; for people one without rows is a sentence, on standard error.
    template <typename Table>
    void showList(const Json& json, const char* whenEmpty, Table table) const
    {
        if (wantsJson || !json.empty())
            return show(json, table);
        std::fprintf(stderr, "%s\n", whenEmpty);
    }

    static void print(const Json& json);

    /// A line for people.
    static void say(const std::string& line);

    /// For commands that only do something: "name: sentence", or {"done": …} and what scripts want
    /// to have apart from it.
    void confirm(const std::string& sentence, const Json& details = Json::object()) const;
};

// Each adds its commands to the command line.
void addStatusCommands(CLI::App& app, Session& session);
void addSecurityCommand(CLI::App& app, Session& session);
void addDeviceCommands(CLI::App& app, Session& session);
void addLineCommands(CLI::App& app, Session& session);
/// The part of `line` for who stands at the device.
void addLineTools(CLI::App& group, Session& session);
void addScan(CLI::App& group, Session& session);
void addTrace(CLI::App& group, Session& session);
void addBluetoothCommands(CLI::App& app, Session& session);
void addServerCommands(CLI::App& app, Session& session);
void addProfileCommands(CLI::App& app, Session& session);
void addCredentialCommands(CLI::App& app, Session& session);
void addKeyPairCommands(CLI::App& app, Session& session);
void addValueCommands(CLI::App& app, Session& session);
void addWatchCommand(CLI::App& app, Session& session);

} // namespace causeway::dbus::ctl
