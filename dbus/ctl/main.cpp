// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "dbus/ctl/session.hpp"
#include "dbus/errors.hpp"

namespace {

using namespace causeway::dbus::ctl; // NOLINT(google-build-using-namespace): its own program
using causeway::base::ErrorKind;

// What causewayctl(1) promises to scripts.
enum ExitCode : int { Done = 0, Failed = 1, Usage = 2, Unreachable = 3, NotAuthorized = 4 };

int report(ExitCode code, const std::string& sentence)
{
    std::fprintf(stderr, "causewayctl: %s\n", sentence.c_str());
    return code;
}

/// Of this program's own; what the daemon refuses comes as sdbus::Error.
int report(const Failure& failure)
{
    switch (failure.kind()) {
    case ErrorKind::Unreachable:
        return report(Unreachable, failure.what());
    case ErrorKind::InvalidArgument:
        return report(Usage, failure.what());
    default:
        return report(Failed, failure.what());
    }
}

int report(const sdbus::Error& error)
{
    const auto kind = causeway::dbus::fromBusError(error).kind;
    const auto sentence = causeway::dbus::fromBusError(error).message;
    const bool isFromDaemon = std::string_view(error.getName()).starts_with("org.causeway.");
    if (kind == ErrorKind::NotAuthorized)
        return report(NotAuthorized, sentence + "; sudo may help");
    if (kind == ErrorKind::Unreachable && !isFromDaemon)
        return report(Unreachable, "causewayd is not running: " + sentence);
    return report(Failed, sentence);
}

void describe(CLI::App& app, Session& session)
{
    app.set_version_flag("--version", CAUSEWAY_VERSION);
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
    addDeviceCommands(app, session);
    addLineCommands(app, session);
    addServerCommands(app, session);
    addProfileCommands(app, session);
    addCredentialCommands(app, session);
    addValueCommands(app, session);
    addWatchCommand(app, session);
}

} // namespace

int main(int argumentCount, char** arguments)
{
    try {
        Session session;
        CLI::App app("Causeway: every legacy device its own LwM2M client", "causewayctl");
        describe(app, session);
        try {
            app.parse(argumentCount, arguments);
        } catch (const CLI::ParseError& error) {
            return app.exit(error) == 0 ? Done : Usage;
        }
        return Done;
    } catch (const Failure& failure) {
        return report(failure);
    } catch (const sdbus::Error& error) {
        return report(error);
    } catch (const std::exception& error) {
        return report(Failed, error.what());
    }
}
