// SPDX-License-Identifier: Apache-2.0
#include <clocale>
#include <cstdio>

#include "agent/base/exit_code.hpp"
#include "agent/base/guarded_memory.hpp"
#include "agent/base/log.hpp"
#include "dbus/ctl/arguments.hpp"
#include "dbus/ctl/key_store.hpp"
#include "dbus/ctl/labels.hpp"
#include "dbus/ctl/mistake.hpp"
#include "dbus/ctl/output.hpp"
#include "dbus/ctl/plain_text.hpp"
#include "dbus/ctl/session.hpp"
#include "dbus/errors.hpp"

namespace {

using namespace causeway::dbus::ctl; // NOLINT(google-build-using-namespace): its own program
using causeway::base::ErrorKind;
using causeway::base::ExitCode;
using enum causeway::base::ExitCode;

ExitCode report(ExitCode code, const std::string& sentence)
{
    std::fprintf(stderr, "causewayctl: %s\n", plainText(sentence).c_str());
    return code;
}

/// Of this program's own; what the daemon refuses comes as sdbus::Error.
ExitCode report(const Failure& failure)
{
    switch (failure.kind()) {
    case ErrorKind::Unreachable:
        return report(ExitUnreachable, failure.what());
    case ErrorKind::InvalidArgument:
        return report(ExitUsage, failure.what());
    default:
        return report(ExitFailed, failure.what());
    }
}

ExitCode report(const sdbus::Error& error)
{
    const auto kind = causeway::dbus::fromBusError(error).kind;
    const auto sentence = causeway::dbus::fromBusError(error).message;
    const bool isFromDaemon = std::string_view(error.getName()).starts_with("org.causeway.");
    if (kind == ErrorKind::NotAuthorized)
        return report(ExitNotAuthorized, sentence + "; sudo may help");
    if (kind == ErrorKind::Unreachable && !isFromDaemon)
        return report(ExitUnreachable, "causewayd is not running: " + sentence);
    // What is wrong with an option is wrong with the command line, whoever has found it.
    const auto inOptions = inWordsOfOptions(sentence);
    const bool isUsage = kind == ErrorKind::InvalidArgument && inOptions != sentence;
    return report(isUsage ? ExitUsage : ExitFailed, inOptions);
}

ExitCode report(const CLI::App& app, const CLI::ParseError& error)
{
    const bool isQuestion = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    if (isQuestion) { // for the help or the version
        static_cast<void>(app.exit(error));
        finishOutput();
        return ExitDone;
    }
    std::fprintf(stderr, "%s\n", mistakeIn(app, error).c_str());
    return ExitUsage;
}

/// CLI11 writes "--no-x{false}" where people write "--no-x".
class HelpFormatter : public CLI::Formatter
{
public:
    std::string make_option_name(const CLI::Option* option, bool isPositional) const override
    {
        constexpr std::string_view flagValue = "{false}";
        auto name = CLI::Formatter::make_option_name(option, isPositional);
        if (const auto at = name.find(flagValue); at != std::string::npos)
            name.erase(at, flagValue.size());
        return name;
    }
};

void describe(CLI::App& app, Session& session)
{
    app.set_version_flag("--version", "causewayctl " CAUSEWAY_VERSION);
    app.formatter(std::make_shared<HelpFormatter>());
    app.require_subcommand(1);
    app.fallthrough();
    app.add_flag("--json", session.wantsJson, "answer in JSON, for scripts");
    app.add_option_function<std::string>(
           "--bus",
           [&session](const std::string& address) { session.client.useBus(address); },
           "address of the bus, instead of the system bus")
        ->envname("CAUSEWAY_BUS");
    // In the order of the help.
    addStatusCommands(app, session);
    addSecurityCommand(app, session);
    addDeviceCommands(app, session);
    addLineCommands(app, session);
    addBluetoothCommands(app, session);
    addServerCommands(app, session);
    addProfileCommands(app, session);
    addCredentialCommands(app, session);
    addKeyPairCommands(app, session);
    addKeyStoreCommands(app, session);
    addValueCommands(app, session);
    addWatchCommand(app, session);
    app.footer("Every command explains itself: causewayctl device add --help\n"
               "The manual has examples: man causewayctl");
}

} // namespace

int main(int argumentCount, char** arguments)
{
    causeway::base::guardMemory();
    try {
        occupyStandardStreams();
        std::setlocale(LC_CTYPE, ""); // so that a table knows how wide a letter is
        // What the layers below would tell a journal is told by this program's own sentences.
        causeway::log::setLevel(causeway::log::Level::Err);
        Session session;
        CLI::App app("Causeway: every legacy device its own LwM2M client", "causewayctl");
        describe(app, session);
        try {
            app.parse(reversed({arguments + 1, arguments + argumentCount}));
        } catch (const CLI::ParseError& error) {
            return report(app, error);
        }
        finishOutput();
        return ExitDone;
    } catch (const Failure& failure) {
        return report(failure);
    } catch (const sdbus::Error& error) {
        return report(error);
    } catch (const std::exception& error) {
        return report(ExitFailed, error.what());
    }
}
