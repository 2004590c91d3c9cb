// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/object_commands.hpp"

#include <fmt/format.h>

#include "dbus/ctl/setting_options.hpp"
#include "dbus/ctl/table.hpp"

namespace causeway::dbus::ctl {

namespace {

bool isTime(const std::string& key)
{
    return key.ends_with("At") || key.ends_with("Since");
}

bool isListOfObjects(const Json& value)
{
    return value.is_array() && !value.empty() && value[0].is_object();
}

void addRows(Table& table, const std::string& prefix, const Json& object)
{
    for (const auto& [key, value] : object.items()) {
        const auto name = prefix.empty() ? key : prefix + "." + key;
        if (value.is_object() || isListOfObjects(value))
            addRows(table, name, value);
        else if (isTime(key) && value.is_number())
            table.add({name, timeText(value.get<std::uint64_t>())});
        else
            table.add({name, toText(value)});
    }
}

void show(Session& session, Kind kind, const std::string& name)
{
    const auto json = toJson(session.client.properties(kind, name));
    session.show(json, [&] {
        Table table;
        addRows(table, "", json);
        table.print();
    });
}

void change(Session& session, Kind kind, const std::string& name, const Dictionary& settings)
{
    if (settings.empty())
        throw Failure(base::ErrorKind::InvalidArgument, "nothing to change was given");
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
    command->add_option("name", *name)->required();
    command->callback([&session, kind, name] { show(session, kind, *name); });
}

void addChange(CLI::App& group, Session& session, Kind kind)
{
    auto* const command = group.add_subcommand("change", "Change some settings");
    auto name = std::make_shared<std::string>();
    command->add_option("name", *name)->required();
    auto options = std::make_shared<SettingOptions>(*command, kind);
    command->callback(
        [&session, kind, name, options] { change(session, kind, *name, options->given()); });
}

std::string textIn(const Json& json, const char* key)
{
    const auto found = json.find(key);
    return found == json.end() ? std::string() : toText(*found);
}

} // namespace causeway::dbus::ctl
