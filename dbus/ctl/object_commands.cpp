// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/object_commands.hpp"

#include <fmt/format.h>

#include "dbus/ctl/labels.hpp"
#include "dbus/ctl/setting_options.hpp"
#include "dbus/ctl/table.hpp"

namespace causeway::dbus::ctl {

namespace {

void addRows(Table& table, const Json& object, const std::string& indent)
{
    for (const auto& [key, value] : object.items()) {
        if (const auto text = shownAs(key, value); !text.empty())
            table.add({indent + labelOf(key), text});
    }
}

/// "registration with main", below it what there is to know of it.
void addRegistrations(Table& table, const Json& registrations)
{
    for (const auto& one : registrations) {
        table.add({"registration with " + textIn(one, "server"), ""});
        Json rows{{"state", one.at("state")}};
        rows.update(one);
        rows.erase("server");
        addRows(table, rows, "  ");
    }
}

/// The name first, then the plain properties, then what has parts: the counters last.
void addObject(Table& table, const Json& object)
{
    Json plain{{"Name", object.at("Name")}};
    Json groups{{"Settings", object.at("Settings")}};
    for (const auto& [key, value] : object.items())
        (value.is_object() ? groups : plain)[key] = value;
    plain.erase("Registrations");
    addRows(table, plain, "");
    if (object.contains("Registrations"))
        addRegistrations(table, object["Registrations"]);
    for (const auto& [key, value] : groups.items()) {
        table.add({labelOf(key), ""});
        addRows(table, value, "  ");
    }
}

void show(Session& session, Kind kind, const std::string& name)
{
    const auto json = toJson(session.client.properties(kind, name));
    session.show(json, [&] {
        Table table;
        addObject(table, json);
        table.print();
    });
}

void change(Session& session, Kind kind, const std::string& name, const Dictionary& settings)
{
    if (settings.empty())
        throw Failure(base::ErrorKind::InvalidArgument,
                      "nothing to change was given; see --help for the settings");
    // The three interfaces have the same method.
    const auto call = [&](auto& object) {
        object.Change(settings);
    };
    if (kind == Kind::Line)
        session.client.with<org::causeway::Gateway1::Line_proxy>(kind, name, call);
    else if (kind == Kind::Server)
        session.client.with<org::causeway::Gateway1::Server_proxy>(kind, name, call);
    else
        session.client.withDevice(name, call);
    session.confirm(fmt::format("{}: changed", name));
}

} // namespace

Json toJson(const Objects& objects)
{
    Json list = Json::array();
    for (const auto& [name, properties] : objects)
        list.push_back(toJson(properties));
    return list;
}

CLI::App& addGroup(CLI::App& app, Kind kind, const char* help)
{
    auto* const group = app.add_subcommand(std::string(wordFor(kind)), help);
    group->require_subcommand(1);
    return *group;
}

void addShow(CLI::App& group, Session& session, Kind kind)
{
    auto* const command = group.add_subcommand("show", "Show all there is to know");
    auto name = std::make_shared<std::string>();
    command->add_option("name", *name, "of the " + std::string(wordFor(kind)))->required();
    command->callback([&session, kind, name] { show(session, kind, *name); });
}

void addChange(CLI::App& group, Session& session, Kind kind)
{
    auto* const command = group.add_subcommand("change", "Change some settings");
    auto name = std::make_shared<std::string>();
    command->add_option("name", *name, "of the " + std::string(wordFor(kind)))->required();
    auto options = std::make_shared<SettingOptions>(*command, kind);
    command->callback(
        [&session, kind, name, options] { change(session, kind, *name, options->given()); });
}

bool isAsItShouldBe(const Json& registration)
{
    const auto state = textIn(registration, "state");
    return state == "registered" || state == "updating" || state == "idle";
}

std::string textIn(const Json& json, const char* key)
{
    const auto found = json.find(key);
    return found == json.end() ? std::string() : toText(*found);
}

} // namespace causeway::dbus::ctl
