// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "dbus/credential_csv.hpp"
#include "dbus/ctl/credential_lists.hpp"
#include "dbus/ctl/key_file.hpp"
#include "dbus/ctl/key_text.hpp"
#include "dbus/secret_file.hpp"

namespace causeway::dbus::ctl {

namespace {

using ServerInterface = org::causeway::Gateway1::Server_proxy;

/// More than a list takes: a row has some names of at most a few hundred octets, an address, and a
/// key of 64 octets in hexadecimal.
constexpr std::size_t headingOctets = 4096;
constexpr std::size_t rowOctets = 2048;

struct ListOptions
{
    std::string server;
    std::string file = "-";
    std::string format = "leshan";
};

CLI::App& addCommand(CLI::App& group,
                     const char* word,
                     const char* help,
                     const std::shared_ptr<ListOptions>& options)
{
    auto* const command = group.add_subcommand(word, help);
    command->add_option("server", options->server, "account they are for")->required();
    return *command;
}

/// "1 key", "2 keys".
std::string counted(std::size_t count, std::string_view thing)
{
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

void importList(Session& session, const ListOptions& options)
{
    const auto text = readSecretText(options.file, mostListOctets, "List of keys");
    if (!text)
        throw Failure(text.error());
    if (text->empty())
        throw Failure(base::ErrorKind::InvalidArgument,
                      (options.file == "-" ? "standard input" : options.file) + ": it is empty");
    auto sealed = makeSecretFile(text->view());
    if (!sealed)
        throw Failure(sealed.error());
    const sdbus::UnixFd list(sealed->release(), sdbus::adopt_fd);
    session.client.with<ServerInterface>(Kind::Server, options.server, [&](auto& server) {
        const auto count = server.ImportCredentials(list);
        session.confirm(fmt::format("{}: {} stored", options.server, counted(count, "credential")),
                        {{"count", count}});
    });
}

void exportList(Session& session, const ListOptions& options)
{
    const auto devices = session.client.objects(Kind::Device).size();
    KeyFile file(options.file, std::min(headingOctets + devices * rowOctets, mostListOctets));
    session.client.with<ServerInterface>(Kind::Server, options.server, [&](auto& server) {
        const auto [list, count] = server.ExportCredentials(options.format);
        const auto text = readSecretFile(list.get(), mostListOctets);
        if (!text)
            throw Failure(text.error());
        file.write(base::asText(text->view()));
        session.confirm(
            fmt::format(
                "{}: {} written to {}", options.server, counted(count, "key"), options.file),
            {{"count", count}, {"file", options.file}});
    });
}

void addImport(CLI::App& group, Session& session)
{
    auto options = std::make_shared<ListOptions>();
    auto& command =
        addCommand(group, "import", "Give many devices their keys for a server", options);
    command.add_option("--file", options->file, "CSV file; - for stdin, the default");
    command.callback([&session, options] { importList(session, *options); });
}

void addGenerateMissing(CLI::App& group, Session& session)
{
    auto options = std::make_shared<ListOptions>();
    auto& command =
        addCommand(group, "generate-missing", "Make a key for each device that has none", options);
    command.callback([&session, options] {
        session.client.with<ServerInterface>(Kind::Server, options->server, [&](auto& server) {
            const auto count = server.GenerateCredentials();
            session.confirm(fmt::format("{}: {} made", options->server, counted(count, "key")),
                            {{"count", count}});
        });
    });
}

void addExportAll(CLI::App& group, Session& session)
{
    auto options = std::make_shared<ListOptions>();
    auto& command = addCommand(
        group, "export-all", "Write all generated keys, once, as a list for the server", options);
    command.add_option("--file", options->file, "new CSV file")->required();
    command.add_option("--format", options->format, "leshan, thingsboard or cumulocity")
        ->check(CLI::IsMember({"leshan", "thingsboard", "cumulocity"}).description(""));
    command.callback([&session, options] { exportList(session, *options); });
}

} // namespace

void addCredentialListCommands(CLI::App& group, Session& session)
{
    addImport(group, session);
    addGenerateMissing(group, session);
    addExportAll(group, session);
}

} // namespace causeway::dbus::ctl
