// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "dbus/ctl/credential.hpp"
#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/pem.hpp"
#include "dbus/ctl/session.hpp"
#include "dbus/secret_file.hpp"
#include "dbus/status_dict.hpp"

namespace causeway::dbus::ctl {

namespace {

constexpr std::size_t mostChainOctets = 16UL * 1024; // what the gateway takes

struct Options
{
    std::string device;
    std::string server;
    std::string file = "-";
    bool isInTpm = false;
};

CLI::App& addCommand(CLI::App& group,
                     const char* word,
                     const char* help,
                     const std::shared_ptr<Options>& options)
{
    auto* const command = group.add_subcommand(word, help);
    command->add_option("device", options->device, "whose key pair it is")->required();
    command->add_option("server", options->server, "account it is for")->required();
    return *command;
}

void show(const Session& session, const char* name, const std::string& label, base::ByteView octets)
{
    const std::string pem = toPem(label, octets);
    session.show(Json{{name, pem}}, [&] { std::fputs(pem.c_str(), stdout); });
}

void showPublicKey(const Session& session, const Dictionary& facts)
{
    const auto key = facts.find("publicKey");
    if (key == facts.end())
        throw Failure(base::ErrorKind::NotFound, "the credential is a pre-shared key");
    show(session, "publicKey", "PUBLIC KEY", key->second.get<base::Bytes>());
}

void addGenerate(CLI::App& group, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command = addCommand(
        group, "generate", "Make a key pair in the gateway, show its public key", options);
    command.add_flag(
        "--tpm", options->isInTpm, "in the TPM, which lets the private key out to nobody");
    command.callback([&session, options] {
        checkKind(session.client, options->server, api::CredentialKind::KeyPair);
        const auto residence = options->isInTpm ? api::KeyResidence::Tpm : api::KeyResidence::Store;
        const Dictionary settings{
            {"keyResidence", sdbus::Variant(std::string(api::toString(residence)))}};
        session.client.withDevice(options->device, [&](DeviceProxy& device) {
            showPublicKey(session, device.GenerateKeyPairWith(options->server, settings));
        });
    });
}

void addSet(CLI::App& group, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command = addCommand(group, "set", "Give a device a key pair made elsewhere", options);
    command.add_option("--file", options->file, "its private key, PEM or DER; - for stdin");
    command.callback([&session, options] {
        const auto key = readSecretText(options->file, mostSecretOctets, "Private key");
        if (!key)
            throw Failure(key.error());
        showPublicKey(session, setKeyPair(session.client, options->device, options->server, *key));
    });
}

void addPublicKey(CLI::App& group, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command = addCommand(group, "public-key", "Show the public key, for the server", options);
    command.callback([&session, options] {
        session.client.withDevice(options->device, [&](DeviceProxy& device) {
            showPublicKey(session, device.DescribeCredential(options->server));
        });
    });
}

void addRequest(CLI::App& group, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command =
        addCommand(group, "request", "Show a certificate request, for an authority", options);
    command.callback([&session, options] {
        session.client.withDevice(options->device, [&](DeviceProxy& device) {
            show(session,
                 "request",
                 "CERTIFICATE REQUEST",
                 device.RequestCertificate(options->server));
        });
    });
}

/// The gateway takes it: its clock may be wrong, and a server may be lenient.
void warnOfEnd(const Dictionary& facts)
{
    const auto end = facts.find("expiresAt");
    if (end == facts.end())
        return;
    const auto microseconds = end->second.get<std::uint64_t>();
    if (microseconds > toMicroseconds(std::chrono::system_clock::now()))
        return;
    std::fprintf(stderr,
                 "This certificate has expired: it ended at %s. Servers refuse it.\n",
                 timeText(microseconds).c_str());
}

void setCertificate(Session& session, const Options& options)
{
    const auto text = readSecretText(options.file, mostChainOctets, "Certificate");
    if (!text)
        throw Failure(text.error());
    const base::Bytes chain(text->view().begin(), text->view().end());
    Dictionary facts;
    session.client.withDevice(options.device, [&](DeviceProxy& device) {
        facts = device.SetCertificate(options.server, chain);
    });
    const auto subject = textIn(toJson(facts), "subject");
    session.confirm(options.device + ": certificate of " + subject + " set");
    warnOfEnd(facts);
}

void addCertificate(CLI::App& group, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command = addCommand(group, "certificate", "Give a key pair its certificate", options);
    command.add_option(
        "--file", options->file, "PEM, with its issuers after it, or DER; - for stdin");
    command.callback([&session, options] { setCertificate(session, *options); });
}

} // namespace

void addKeyPairCommands(CLI::App& app, Session& session)
{
    auto* const group =
        app.add_subcommand("key-pair", "Key pairs and certificates of devices for servers");
    group->require_subcommand(1);
    addGenerate(*group, session);
    addSet(*group, session);
    addPublicKey(*group, session);
    addRequest(*group, session);
    addCertificate(*group, session);
}

} // namespace causeway::dbus::ctl
