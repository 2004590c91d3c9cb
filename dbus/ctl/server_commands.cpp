// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/setting_options.hpp"
#include "dbus/ctl/table.hpp"

namespace causeway::dbus::ctl {

namespace {

void list(const Session& session, const Json& servers)
{
    session.showList(
        servers, "no servers; causewayctl server add --help tells how to add one", [&] {
            Table table(
                {"SERVER", "URI", "SECURITY", "LWM2M", "LIFETIME", "DEVICES", "REGISTERED"});
            for (const auto& server : servers) {
                const auto& settings = server["Settings"];
                table.add({textIn(server, "Name"),
                           textIn(settings, "uri"),
                           textIn(settings, "securityMode"),
                           textIn(settings, "lwm2mVersion"),
                           textIn(settings, "lifetime") + " s",
                           std::to_string(server["Devices"].size()),
                           textIn(server, "Registered")});
            }
            table.print();
        });
}

void addAdd(CLI::App& group, Session& session)
{
    auto* const command = group.add_subcommand("add", "Add an account at an LwM2M server");
    auto name = std::make_shared<std::string>();
    command->add_option("name", *name, "a name of your choice, for instance main")->required();
    command->footer("causewayctl server add main --uri coaps://lwm2m.example --lifetime 300");
    auto options = std::make_shared<SettingOptions>(*command, Kind::Server);
    command->get_option("--uri")->required();
    command->callback([&session, name, options] {
        session.client.gateway().AddServer(*name, options->given());
        session.confirm(*name + ": added");
    });
}

} // namespace

void addServerCommands(CLI::App& app, Session& session)
{
    app.add_subcommand("servers", "List the LwM2M servers")->callback([&session] {
        list(session, toJson(session.client.objects(Kind::Server)));
    });
    auto& group = addGroup(app, Kind::Server, "Add, show, change or remove a server account");
    addAdd(group, session);
    addShow(group, session, Kind::Server);
    addChange(group, session, Kind::Server);
    auto* const remove = group.add_subcommand("remove", "Forget an account that no device uses");
    auto name = std::make_shared<std::string>();
    remove->add_option("name", *name, "of the account")->required();
    remove->callback([&session, name] {
        session.client.with<org::causeway::Gateway1::Server_proxy>(
            Kind::Server, *name, [](auto& server) { server.Remove(); });
        session.confirm(*name + ": removed");
    });
}

} // namespace causeway::dbus::ctl
