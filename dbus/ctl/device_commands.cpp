// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "dbus/ctl/credential.hpp"
#include "dbus/ctl/failure.hpp"
#include "dbus/ctl/key_text.hpp"
#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/setting_options.hpp"
#include "dbus/ctl/table.hpp"
#include "dbus/secret_file.hpp"
#include "dbus/status_dict.hpp"

namespace causeway::dbus::ctl {

namespace {

std::string registrationsOf(const Json& device)
{
    std::string all;
    for (const auto& one : device["Registrations"])
        all += fmt::format(
            "{}{}: {}", all.empty() ? "" : ", ", textIn(one, "server"), textIn(one, "state"));
    return all;
}

/// What is wrong now: in the field, else with the first registration that does not stand. What was
/// wrong once is told by `device show`.
std::string errorOf(const Json& device)
{
    auto own = textIn(device, "LastError");
    if (textIn(device, "FieldState") != "available" && !own.empty())
        return own;
    for (const auto& one : device["Registrations"]) {
        if (!isAsItShouldBe(one) && !textIn(one, "lastError").empty())
            return textIn(one, "lastError");
    }
    return "";
}

void list(const Session& session, const Json& devices)
{
    session.showList(
        devices, "no devices; causewayctl device add --help tells how to add one", [&] {
            Table table(
                {"DEVICE", "PROFILE", "LINE", "UNIT", "FIELD", "REGISTRATION", "LAST ERROR"});
            for (const auto& device : devices) {
                const auto& settings = device["Settings"];
                table.add({textIn(device, "Name"),
                           textIn(settings, "profile"),
                           textIn(settings, "bleAddress").empty() ? textIn(settings, "line")
                                                                  : textIn(settings, "bleAddress"),
                           textIn(settings, "line").empty() ? "" : textIn(settings, "unitId"),
                           textIn(device, "FieldState"),
                           registrationsOf(device),
                           errorOf(device)});
            }
            table.print();
        });
}

struct AddOptions
{
    std::string name;
    std::string pskFile;
    bool generatesPsk = false;
    std::string identity;
};

std::vector<std::string> serversIn(const Dictionary& settings)
{
    const auto servers = settings.find("servers");
    return servers == settings.end() ? std::vector<std::string>()
                                     : servers->second.get<std::vector<std::string>>();
}

/// A PSK given with `add` is the device's for all its servers when it is generated, and for its one
/// server when it comes from a file: no two accounts may share a key.
void checkPskOptions(const AddOptions& options, const std::vector<std::string>& servers)
{
    if (!options.pskFile.empty() && servers.size() != 1)
        throw Failure(base::ErrorKind::InvalidArgument,
                      "--psk-file goes with exactly one --server; use causewayctl credential set");
    if (options.generatesPsk && servers.empty())
        throw Failure(base::ErrorKind::InvalidArgument,
                      "--psk-generate goes with at least one --server");
    if (!options.identity.empty() && !options.generatesPsk && options.pskFile.empty())
        throw Failure(base::ErrorKind::InvalidArgument,
                      "--psk-identity goes with --psk-generate or --psk-file");
}

void giveCredentials(Session& session,
                     const AddOptions& options,
                     const std::vector<std::string>& servers,
                     const std::optional<base::Secret>& key)
{
    for (const auto& server : servers) {
        if (options.generatesPsk)
            generateCredential(session.client, options.name, server, options.identity);
        else if (key)
            setCredential(session.client, options.name, server, options.identity, *key);
    }
}

/// Disabled until it has its key: else its first registration would fail.
void attachWithKey(Session& session,
                   const AddOptions& options,
                   Dictionary settings,
                   const std::optional<base::Secret>& key)
{
    const auto servers = serversIn(settings);
    for (const auto& server : servers)
        checkKind(session.client, server, api::CredentialKind::PreSharedKey);
    const bool isEnabled = !settings.contains("enabled") || settings.at("enabled").get<bool>();
    settings["enabled"] = sdbus::Variant(false);
    session.client.gateway().AttachDevice(options.name, settings);
    try {
        giveCredentials(session, options, servers, key);
        if (isEnabled)
            session.client.withDevice(options.name, [](DeviceProxy& device) { device.Enable(); });
    } catch (const std::exception&) {
        std::fprintf(stderr,
                     "%s: attached, but disabled and perhaps without its key; causewayctl "
                     "credential gives it one, causewayctl device enable starts it\n",
                     options.name.c_str());
        throw;
    }
}

void add(Session& session, const AddOptions& options, const Dictionary& settings)
{
    const auto servers = serversIn(settings);
    checkPskOptions(options, servers);
    // Before the device is there: a key that cannot be read must not leave one without.
    std::optional<base::Secret> key;
    if (!options.pskFile.empty())
        key = keyOrFail(options.pskFile, KeyFormat::Automatic);
    if (key || options.generatesPsk)
        attachWithKey(session, options, settings, key);
    else
        session.client.gateway().AttachDevice(options.name, settings);
    session.confirm(options.name + ": attached");
}

void addAdd(CLI::App& group, Session& session)
{
    auto* const command = group.add_subcommand("add", "Attach a device");
    auto options = std::make_shared<AddOptions>();
    command->add_option("name", options->name, "a name of your choice, for instance meter-1")
        ->required();
    auto* const file = command->add_option(
        "--psk-file", options->pskFile, "file with its key, hexadecimal or base64; - for stdin");
    command
        ->add_flag("--psk-generate",
                   options->generatesPsk,
                   "make a key for each server; see causewayctl credential export")
        ->excludes(file);
    command->add_option("--psk-identity", options->identity, "PSK identity (the endpoint name)");
    auto settings = std::make_shared<SettingOptions>(*command, Kind::Device);
    command->footer("causewayctl device add meter-1 --profile eastron-sdm120 --line rtu-0 --unit 1 "
                    "--server main --psk-generate");
    command->callback([&session, options, settings] { add(session, *options, settings->given()); });
}

/// A sub-command that calls one method of one device.
template <typename Call>
CLI::App& addCall(CLI::App& group, Session& session, const char* word, const char* done, Call call)
{
    auto* const command = group.add_subcommand(word);
    auto name = std::make_shared<std::string>();
    command->add_option("name", *name, "of the device")->required();
    command->callback([&session, name, done, call] {
        session.client.withDevice(*name, call);
        session.confirm(*name + ": " + done);
    });
    return *command;
}

void addUpdate(CLI::App& group, Session& session)
{
    auto server = std::make_shared<std::string>();
    addCall(group,
            session,
            "update",
            "asked to update",
            [server](DeviceProxy& device) { device.UpdateNow(*server); })
        .description("Ask for an Update, or a Register, now; see devices for what came of it")
        ->add_option("--server", *server, "only to this account");
}

void addSend(CLI::App& group, Session& session)
{
    auto server = std::make_shared<std::string>();
    auto paths = std::make_shared<std::vector<std::string>>();
    auto& command = addCall(group, session, "send", "sent", [server, paths](DeviceProxy& device) {
        device.Send(*paths, *server);
    });
    command.description("Send values that no server has asked for")
        ->add_option("path", *paths, "/3305/0, /3316/0/5700")
        ->required();
    command.add_option("--server", *server, "only to this account");
}

base::UniqueFd passkeyFile(const std::string& file)
{
    constexpr std::size_t most = 64; // six digits, and whatever ends the line
    const auto text = readSecretText(file, most, "Passkey");
    if (!text)
        throw Failure(text.error());
    auto digits = text->view();
    while (!digits.empty() && digits.back() <= ' ')
        digits = digits.first(digits.size() - 1);
    auto made = makeSecretFile(digits);
    if (!made)
        throw Failure(made.error());
    return std::move(*made);
}

void addKeys(CLI::App& group, Session& session)
{
    auto file = std::make_shared<std::string>("-");
    auto& command = addCall(group, session, "set-key", "key set", [file](DeviceProxy& device) {
        const auto secret = makeSecretFile(keyOrFail(*file, KeyFormat::Automatic).view());
        if (!secret)
            throw Failure(secret.error());
        device.SetFieldKey(sdbus::UnixFd(secret->get()));
    });
    command.description("Give the key that the device itself encrypts with (BTHome)")
        ->add_option("--file", *file, "file with the key, hexadecimal or base64; - for stdin");
    auto& passkey =
        addCall(group, session, "set-passkey", "passkey set", [file](DeviceProxy& device) {
            device.SetFieldKey(sdbus::UnixFd(passkeyFile(*file).get()));
        });
    passkey
        .description("Give the passkey that a device shows, or has printed on it, to bond with it")
        ->add_option("--file", *file, "file with the six digits; - for stdin");
    addCall(group, session, "remove-key", "key removed", [](DeviceProxy& device) {
        device.RemoveFieldKey();
    }).description("Forget the key that the device itself encrypts with, or its passkey");
}

} // namespace

void addDeviceCommands(CLI::App& app, Session& session)
{
    app.add_subcommand("devices", "List the attached devices")->callback([&session] {
        list(session, toJson(session.client.objects(Kind::Device)));
    });
    auto& group = addGroup(app, Kind::Device, "Attach, show, change or detach a device");
    addAdd(group, session);
    addShow(group, session, Kind::Device);
    addChange(group, session, Kind::Device);
    addCall(group, session, "remove", "detached", [](DeviceProxy& device) { device.Detach(); })
        .description("De-register and forget a device and its credentials")
        ->alias("detach");
    addCall(group, session, "enable", "enabled", [](DeviceProxy& device) {
        device.Enable();
    }).description("Poll and register a device again");
    addCall(group, session, "disable", "disabled", [](DeviceProxy& device) {
        device.Disable();
    }).description("De-register a device and stop polling it");
    addUpdate(group, session);
    addSend(group, session);
    addKeys(group, session);
}

} // namespace causeway::dbus::ctl
