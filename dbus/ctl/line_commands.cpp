// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/setting_options.hpp"
#include "dbus/ctl/table.hpp"

namespace causeway::dbus::ctl {

namespace {

std::string whereOf(const Json& settings)
{
    if (textIn(settings, "kind") == "rtu")
        return fmt::format("{} {} {}{}",
                           textIn(settings, "serialPort"),
                           textIn(settings, "baudRate"),
                           textIn(settings, "parity").substr(0, 1),
                           textIn(settings, "stopBits"));
    return fmt::format("{}:{}", textIn(settings, "host"), textIn(settings, "port"));
}

void list(const Session& session, const Json& lines)
{
    session.showList(lines, "no lines; causewayctl line add --help tells how to add one", [&] {
        Table table({"LINE", "KIND", "WHERE", "STATE", "DEVICES", "LAST ERROR"});
        for (const auto& line : lines)
            table.add({textIn(line, "Name"),
                       textIn(line["Settings"], "kind"),
                       whereOf(line["Settings"]),
                       line["Up"].get<bool>() ? "up" : "down",
                       std::to_string(line["Devices"].size()),
                       textIn(line, "LastError")});
        table.print();
    });
}

/// A host says enough; a port and a host say too much.
Dictionary withKind(Dictionary settings)
{
    if (settings.contains("host") && settings.contains("serialPort"))
        throw Failure(base::ErrorKind::InvalidArgument,
                      "--serial-port and --host exclude each other: a line is a serial port or a "
                      "TCP connection");
    if (settings.contains("host") && !settings.contains("kind"))
        settings.emplace("kind", sdbus::Variant(std::string("tcp")));
    return settings;
}

void addAdd(CLI::App& group, Session& session)
{
    auto* const command = group.add_subcommand("add", "Add a serial port or a TCP connection");
    auto name = std::make_shared<std::string>();
    command->add_option("name", *name, "a name of your choice, for instance rtu-0")->required();
    auto options = std::make_shared<SettingOptions>(*command, Kind::Line);
    command->footer("causewayctl line add rtu-0 --serial-port /dev/ttyUSB0 --baud-rate 9600\n"
                    "causewayctl line add plc-0 --host 192.0.2.7");
    command->callback([&session, name, options] {
        const auto settings = withKind(options->given());
        session.client.gateway().AddLine(*name, settings);
        session.confirm(*name + ": added");
    });
}

} // namespace

void addLineCommands(CLI::App& app, Session& session)
{
    app.add_subcommand("lines", "List the field buses")->callback([&session] {
        list(session, toJson(session.client.objects(Kind::Line)));
    });
    auto& group = addGroup(app, Kind::Line, "Add, show, change, remove or examine a field bus");
    addAdd(group, session);
    addShow(group, session, Kind::Line);
    addChange(group, session, Kind::Line);
    auto* const remove = group.add_subcommand("remove", "Forget a line that no device uses");
    auto name = std::make_shared<std::string>();
    remove->add_option("name", *name, "of the line")->required();
    remove->callback([&session, name] {
        session.client.with<org::causeway::Gateway1::Line_proxy>(
            Kind::Line, *name, [](auto& line) { line.Remove(); });
        session.confirm(*name + ": removed");
    });
    addLineTools(group, session);
}

} // namespace causeway::dbus::ctl
