// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <optional>

#include "dbus/ctl/credential.hpp"
#include "dbus/ctl/credential_lists.hpp"
#include "dbus/ctl/key_file.hpp"
#include "dbus/ctl/labels.hpp"
#include "dbus/ctl/session.hpp"
#include "dbus/ctl/table.hpp"
#include "dbus/secret_file.hpp"

namespace causeway::dbus::ctl {

namespace {

struct Options
{
    std::string device;
    std::string server;
    std::string identity;
    std::string file = "-";
    KeyFormat format = KeyFormat::Automatic;
};

const std::map<std::string, KeyFormat> formats{
    {"auto", KeyFormat::Automatic},
    {"hex", KeyFormat::Hexadecimal},
    {"base64", KeyFormat::Base64},
    {"raw", KeyFormat::Raw},
};

void showFacts(const Session& session, const Dictionary& facts)
{
    const auto json = toJson(facts);
    session.show(json, [&] {
        Table table;
        for (const auto& [key, value] : json.items())
            table.add({labelOf(key), shownAs(key, value)});
        table.print();
    });
}

void showKey(const Session& session, const std::string& identity, const std::string& hexadecimal)
{
    const Json json{{"identity", identity}, {"key", hexadecimal}};
    session.show(json, [&] {
        Table table;
        table.add({"identity", identity});
        table.add({"key", hexadecimal});
        table.print();
    });
}

/// What the daemon says of a key that cannot be had speaks of pre-shared keys, and advises to make
/// a new one: for a key pair that would be the end of one that works.
auto exported(DeviceProxy& device, const Options& options)
{
    try {
        return device.ExportCredential(options.server);
    } catch (const sdbus::Error&) {
        if (device.DescribeCredential(options.server).contains("publicKey"))
            throw Failure(base::ErrorKind::Refused,
                          "the credential is a key pair, whose private key never leaves the "
                          "gateway; see causewayctl key-pair public-key");
        throw;
    }
}

void exportKey(Session& session, const Options& options)
{
    auto file = placeForKey(options.file);
    session.client.withDevice(options.device, [&](DeviceProxy& device) {
        const auto [octets, secret] = exported(device, options);
        const auto key = readSecretFile(secret.get());
        if (!key)
            throw Failure(key.error());
        const std::string identity(base::asText(octets));
        const auto hexadecimal = base::toHex(key->view());
        if (!file)
            return showKey(session, identity, hexadecimal);
        file->write(hexadecimal + "\n");
        session.confirm(identity + ": key written to " + options.file,
                        {{"identity", identity}, {"file", options.file}});
    });
}

CLI::App& addCommand(CLI::App& group,
                     const char* word,
                     const char* help,
                     const std::shared_ptr<Options>& options)
{
    auto* const command = group.add_subcommand(word, help);
    command->add_option("device", options->device, "whose key it is")->required();
    command->add_option("server", options->server, "account it is for")->required();
    return *command;
}

void addSet(CLI::App& group, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command = addCommand(group, "set", "Give a device its key for a server", options);
    command.add_option("--file", options->file, "file with the key; - for stdin, the default");
    command.add_option("--format", options->format, "auto, hex, base64 or raw")
        ->transform(CLI::Transformer(formats).description(""))
        ->transform(CLI::IsMember(formats)); // comes first, and names the words
    command.add_option("--identity", options->identity, "PSK identity (the endpoint name)");
    command.callback([&session, options] {
        showFacts(session,
                  setCredential(session.client,
                                options->device,
                                options->server,
                                options->identity,
                                keyOrFail(options->file, options->format)));
    });
}

void addGenerate(CLI::App& group, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command = addCommand(group, "generate", "Make a key in the gateway", options);
    command.add_option("--identity", options->identity, "PSK identity (the endpoint name)");
    command.callback([&session, options] {
        showFacts(session,
                  generateCredential(
                      session.client, options->device, options->server, options->identity));
    });
}

void addExport(CLI::App& group, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command =
        addCommand(group, "export", "Show a generated key, once, for the server", options);
    command.add_option("--file", options->file, "new file to write it to instead");
    command.callback([&session, options] { exportKey(session, *options); });
}

void addShow(CLI::App& group, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command = addCommand(group, "show", "Show identity and fingerprint of a key", options);
    command.callback([&session, options] {
        session.client.withDevice(options->device, [&](DeviceProxy& device) {
            showFacts(session, device.DescribeCredential(options->server));
        });
    });
}

void addRemove(CLI::App& group, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command = addCommand(group, "remove", "Destroy a device's key for a server", options);
    command.callback([&session, options] {
        session.client.withDevice(options->device, [&](DeviceProxy& device) {
            device.RemoveCredential(options->server);
        });
        session.confirm(options->device + ": credential for " + options->server + " removed");
    });
}

} // namespace

void addCredentialCommands(CLI::App& app, Session& session)
{
    auto* const group = app.add_subcommand("credential", "Keys of devices for servers");
    group->require_subcommand(1);
    addSet(*group, session);
    addGenerate(*group, session);
    addExport(*group, session);
    addShow(*group, session);
    addRemove(*group, session);
    addCredentialListCommands(*group, session);
}

} // namespace causeway::dbus::ctl
