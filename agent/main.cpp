// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "agent/base/exit_code.hpp"
#include "agent/base/log.hpp"
#include "agent/daemon.hpp"
#include "agent/process.hpp"
#include "agent/settings.hpp"

namespace {

constexpr const char* defaultConfiguration = "/etc/causeway/causeway.conf";

using enum causeway::base::ExitCode;

void listSettings()
{
    for (const auto& setting : causeway::agent::describeSettings())
        std::cout << setting.section << '\t' << setting.key << '\t' << setting.defaultText << '\t'
                  << setting.description << '\n';
}

int run(const std::string& configuration, bool isNamed, bool onlyCheck)
{
    const auto settings = causeway::agent::readSettings(configuration, !isNamed);
    if (!settings) {
        causeway::log::err("{ERROR}", "ERROR", settings.error().message);
        return ExitConfiguration;
    }
    if (onlyCheck)
        return ExitDone;
    causeway::log::setLevel(settings->logLevel);
    causeway::agent::Daemon(*settings).run();
    return ExitDone;
}

int start(int argc, char** argv)
{
    causeway::agent::hardenProcess();
    CLI::App app("Gives every legacy device of this gateway its own LwM2M client.", "causewayd");
    std::string configuration = defaultConfiguration;
    bool onlyCheck = false;
    bool onlyList = false;
    auto* const named =
        app.add_option("--config", configuration, "The settings file; *.conf in FILE.d add to it");
    app.add_flag("--check", onlyCheck, "Read the settings, complain, and do nothing");
    app.add_flag("--list-settings",
                 onlyList,
                 "Print section, key, default and description of every setting");
    app.set_version_flag("--version", std::string("causewayd " CAUSEWAY_VERSION));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? ExitDone : ExitUsage;
    }
    if (onlyList) {
        listSettings();
        return ExitDone;
    }
    return run(configuration, named->count() > 0, onlyCheck);
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return start(argc, argv);
    } catch (const std::exception& error) {
        causeway::log::err("{ERROR}", "ERROR", error.what());
        return ExitFailed;
    } catch (...) {
        causeway::log::err("an unknown failure ended the daemon");
        return ExitFailed;
    }
}
