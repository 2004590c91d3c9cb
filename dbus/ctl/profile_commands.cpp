// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/resource_words.hpp"
#include "dbus/ctl/table.hpp"

namespace causeway::dbus::ctl {

namespace {

void list(Session& session)
{
    const auto profiles = toJson(session.client.gateway().ListProfiles());
    session.show(profiles, [&] {
        Table table({"PROFILE", "BRIDGE", "TITLE", "ERROR"});
        for (const auto& profile : profiles)
            table.add({textIn(profile, "name"),
                       textIn(profile, "bridge"),
                       textIn(profile, "title"),
                       textIn(profile, "error")});
        table.print();
    });
}

/// "rwx" as ls has it, "rW-" when servers may write too.
std::string operationsOf(const Json& resource)
{
    std::string text = resource["readable"].get<bool>() ? "r" : "-";
    const char* const write = resource["serverWrites"].get<bool>() ? "W" : "w";
    text += resource["writable"].get<bool>() ? write : "-";
    return text + (resource["executable"].get<bool>() ? "x" : "-");
}

void show(Session& session, const std::string& name)
{
    const auto [summary, resources] = session.client.gateway().DescribeProfile(name);
    auto json = toJson(summary);
    json["resources"] = toJson(resources);
    session.show(json, [&] {
        Table table({"PATH", "RESOURCE", "OPERATIONS", "CONSTANT", "WHERE"});
        for (const auto& resource : json["resources"])
            table.add({textIn(resource, "path"),
                       resourceName(textIn(resource, "path")),
                       operationsOf(resource),
                       textIn(resource, "constant"),
                       textIn(resource, "description")});
        table.print();
    });
}

} // namespace

void addProfileCommands(CLI::App& app, Session& session)
{
    app.add_subcommand("profiles", "List the device profiles")->callback([&session] {
        list(session);
    });
    auto* const group = app.add_subcommand("profile", "Show what a profile maps");
    group->require_subcommand(1);
    auto* const command = group->add_subcommand("show", "Show what a profile maps");
    auto name = std::make_shared<std::string>();
    command->add_option("name", *name, "of the profile, see causewayctl profiles")->required();
    command->callback([&session, name] { show(session, *name); });
}

} // namespace causeway::dbus::ctl
