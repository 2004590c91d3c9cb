// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "dbus/ctl/key_text.hpp"
#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/plain_text.hpp"
#include "dbus/ctl/register_list.hpp"
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

std::string textOf(const std::string& file)
{
    // A list of registers has some hundred lines.
    constexpr std::size_t mostOctets = 1U << 20U;
    const auto text = readSecretText(file, mostOctets, "The list");
    if (!text)
        throw Failure(text.error());
    return std::string(base::asText(text->view()));
}

struct ImportOptions
{
    std::string file;
    std::string title = "Imported device";
    bool isAsWritten = false;
};

void import(const Session& session, const ImportOptions& options)
{
    const std::string& file = options.file;
    const auto numbers = options.isAsWritten ? AddressNumbers::AsWritten : AddressNumbers::Guessed;
    const auto profile = importRegisterList(textOf(file), options.title, numbers);
    if (!profile)
        throw Failure(profile.error().in(file == "-" ? "standard input" : file));
    const auto tellSkipped = [&] {
        for (const auto& sentence : profile->skipped)
            std::fprintf(stderr, "%s; skipped\n", plainText(sentence).c_str());
    };
    if (profile->resources == 0) {
        tellSkipped();
        throw Failure(
            base::Error{base::ErrorKind::InvalidArgument, "no row of the list can be mapped"});
    }
    session.show(Json{{"profile", profile->text}, {"skipped", profile->skipped}}, [&] {
        std::fputs(profile->text.c_str(), stdout);
        tellSkipped();
    });
}

void addImport(CLI::App& group, Session& session)
{
    auto* const command =
        group.add_subcommand("import", "Make a profile of a register list in CSV, to be edited");
    auto options = std::make_shared<ImportOptions>();
    command->add_option("file", options->file, "- for stdin")->required();
    command->add_option("--title", options->title, "what people call the device");
    command->add_flag(
        "--as-written", options->isAsWritten, "40001 is what goes over the wire, no convention");
    command->callback([&session, options] { import(session, *options); });
}

} // namespace

void addProfileCommands(CLI::App& app, Session& session)
{
    app.add_subcommand("profiles", "List the device profiles")->callback([&session] {
        list(session);
    });
    auto* const group =
        app.add_subcommand("profile", "Show what a profile maps, make one, or read all anew");
    group->require_subcommand(1);
    auto* const command = group->add_subcommand("show", "Show what a profile maps");
    auto name = std::make_shared<std::string>();
    command->add_option("name", *name, "of the profile, see causewayctl profiles")->required();
    command->callback([&session, name] { show(session, *name); });
    addImport(*group, session);
    group->add_subcommand("reload", "Read the profiles anew; only their own devices notice")
        ->callback([&session] {
            session.client.gateway().ReloadProfiles();
            session.confirm("the profiles are read anew");
        });
}

} // namespace causeway::dbus::ctl
