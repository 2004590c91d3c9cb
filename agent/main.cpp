// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "agent/base/exit_code.hpp"
#include "agent/base/log.hpp"
#include "agent/daemon.hpp"
#include "agent/process.hpp"
#include "agent/profile_check.hpp"
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

struct Options
{
    std::string configuration = defaultConfiguration;
    bool isNamed = false; ///< then it must be there
    bool onlyCheck = false;
    std::vector<std::filesystem::path> profiles; ///< to check, and nothing else
};

int checkProfiles(const Options& options, const causeway::agent::Settings& settings)
{
    const auto complaints = causeway::agent::complaintsAbout(options.profiles, settings);
    for (const auto& complaint : complaints)
        std::cerr << complaint << '\n';
    return complaints.empty() ? ExitDone : ExitFailed;
}

int check(const Options& options)
{
    if (const auto checked =
            causeway::agent::checkSettings(options.configuration, !options.isNamed);
        !checked) {
        causeway::log::err("{ERROR}", "ERROR", checked.error().message);
        return ExitConfiguration;
    }
    return ExitDone;
}

int run(const Options& options)
{
    if (options.onlyCheck && options.profiles.empty())
        return check(options);
    const auto settings = causeway::agent::readSettings(options.configuration, !options.isNamed);
    if (!settings) {
        causeway::log::err("{ERROR}", "ERROR", settings.error().message);
        return ExitConfiguration;
    }
    if (!options.profiles.empty())
        return checkProfiles(options, *settings);
    causeway::log::setLevel(settings->logLevel);
    causeway::agent::Daemon(*settings).run();
    return ExitDone;
}

int start(int argc, char** argv)
{
    causeway::agent::hardenProcess();
    CLI::App app("Gives every legacy device of this gateway its own LwM2M client.", "causewayd");
    Options options;
    bool onlyList = false;
    const auto* const named = app.add_option(
        "--config", options.configuration, "The settings file; *.conf in FILE.d add to it");
    app.add_option("--check-profile",
                   options.profiles,
                   "Say what is wrong with these device profiles, and do nothing");
    app.add_flag("--check", options.onlyCheck, "Read the settings, complain, and do nothing");
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
    options.isNamed = named->count() > 0;
    return run(options);
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
