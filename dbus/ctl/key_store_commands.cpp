// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <optional>
#include <utility>

#include "dbus/ctl/key_file.hpp"
#include "dbus/ctl/key_store.hpp"
#include "dbus/ctl/key_text.hpp"
#include "dbus/ctl/labels.hpp"
#include "dbus/ctl/number_range.hpp"
#include "dbus/ctl/table.hpp"
#include "dbus/secret_file.hpp"

namespace causeway::dbus::ctl {

namespace {

struct KeyOptions
{
    std::string file = "-";
    bool isConfirmed = false;
};

KeyStoreProxy keyStore(Session& session)
{
    return {session.client.connection(), keyStorePath};
}

void show(Session& session)
{
    auto proxy = keyStore(session);
    Json json{{"state", proxy.State()}, {"reason", proxy.Reason()}, {"remedy", proxy.Remedy()}};
    json.update(toJson(proxy.Describe()));
    session.show(json, [&] {
        Table table;
        for (const auto& [key, value] : json.items())
            table.add({labelOf(key), shownAs(key, value)});
        table.print();
    });
}

/// Shown once, to whoever asked: never part of another answer.
void showSecret(const Session& session, std::optional<KeyFile>& file, const sdbus::UnixFd& sealed)
{
    const auto text = readSecretFile(sealed.get());
    if (!text)
        throw Failure(text.error());
    const std::string key(base::asText(text->view()));
    if (file) {
        file->write(key + "\n");
        return session.confirm("recovery key written; keep it away from this gateway");
    }
    session.show(Json{{"recoveryKey", key}}, [&] {
        Session::say(key);
        std::fputs("Write it down and keep it away from this gateway; it is not shown again.\n",
                   stderr);
    });
}

void recover(Session& session, const KeyOptions& options)
{
    const auto text = readSecretText(options.file, mostSecretOctets, "Recovery key");
    if (!text)
        throw Failure(text.error());
    auto sealed = makeSecretFile(text->view());
    if (!sealed)
        throw Failure(sealed.error());
    keyStore(session).Recover(sdbus::UnixFd(sealed->release(), sdbus::adopt_fd));
    show(session);
}

void addShow(CLI::App& group, Session& session)
{
    group.add_subcommand("show", "Show the state of the key store and what opens it")
        ->callback([&session] { show(session); });
}

void addRecoveryKey(CLI::App& group, Session& session)
{
    auto options = std::make_shared<KeyOptions>();
    auto* const command = group.add_subcommand("recovery-key", "Make a new recovery key");
    command->add_option("--file", options->file, "new file to write it to instead");
    command->callback([&session, options] {
        auto file = placeForKey(options->file);
        showSecret(session, file, keyStore(session).MakeRecoveryKey());
    });
}

void addRecover(CLI::App& group, Session& session)
{
    auto options = std::make_shared<KeyOptions>();
    auto* const command =
        group.add_subcommand("recover", "Open a locked key store by the recovery key");
    command->add_option("--file", options->file, "file with it; - for stdin, the default");
    command->callback([&session, options] { recover(session, *options); });
}

void addSeal(CLI::App& group, Session& session)
{
    auto registers = std::make_shared<std::vector<std::uint32_t>>();
    auto* const command = group.add_subcommand("seal", "Seal the open key to the TPM anew");
    command
        ->add_option("--pcr", *registers, "open it only while this register is as now; repeatable")
        ->transform(numberFrom(0, 23));
    command->callback([&session, registers] {
        keyStore(session).Seal(*registers);
        session.confirm("sealed");
    });
}

void addRotate(CLI::App& group, Session& session)
{
    auto options = std::make_shared<KeyOptions>();
    auto* const command = group.add_subcommand(
        "rotate", "Replace the key that wraps all credentials, and the recovery key");
    command->add_option("--file", options->file, "new file to write the recovery key to instead");
    command->callback([&session, options] {
        auto file = placeForKey(options->file);
        showSecret(session, file, keyStore(session).Rotate());
    });
}

void addErase(CLI::App& group, Session& session)
{
    auto options = std::make_shared<KeyOptions>();
    auto* const command = group.add_subcommand("erase", "Destroy all keys and credentials");
    command->add_flag("--yes", options->isConfirmed, "really")->required();
    command->callback([&session, options] { // which --yes is written to
        keyStore(session).Erase();
        session.confirm("all keys and credentials destroyed");
    });
}

} // namespace

void addKeyStoreCommands(CLI::App& app, Session& session)
{
    auto* const group = app.add_subcommand("keystore", "The key that wraps all credentials");
    group->require_subcommand(1);
    addShow(*group, session);
    addRecoveryKey(*group, session);
    addRecover(*group, session);
    addSeal(*group, session);
    addRotate(*group, session);
    addErase(*group, session);
}

} // namespace causeway::dbus::ctl
