// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/register_preview.hpp"
#include "dbus/ctl/table.hpp"

// What a technician does with a line by hand.
namespace causeway::dbus::ctl {

using org::causeway::Gateway1::Line_proxy;

namespace {

/// How often the progress of a scan is looked at.
constexpr std::chrono::milliseconds lookAgain{300};

struct RegisterOptions
{
    std::string line;
    std::uint8_t unit = 1;
    std::string table;
    std::uint16_t address = 0;
    std::uint16_t count = 1;
    std::vector<std::uint16_t> values;
};

struct ScanOptions
{
    std::string line;
    std::vector<std::uint32_t> baudRates;
    std::vector<std::string> parities;
    std::optional<std::uint8_t> firstUnit;
    std::optional<std::uint8_t> lastUnit;
    std::optional<std::uint32_t> timeout;
};

void showRegisters(const Session& session,
                   const RegisterOptions& options,
                   const std::vector<std::uint16_t>& words)
{
    session.show(Json(words), [&] {
        Table table({"ADDRESS", "HEX", "U16", "S16", "S32", "F32", "F32 CDAB", "TEXT"});
        std::uint32_t address = options.address;
        for (const auto& row : previewOf(words)) {
            table.add({fmt::format("0x{:04x}", address++),
                       row.hex,
                       row.unsigned16,
                       row.signed16,
                       row.signed32,
                       row.float32,
                       row.swappedFloat,
                       row.text});
        }
        table.print();
    });
}

CLI::App*
addRegisterCommand(CLI::App& group, const char* name, const char* help, RegisterOptions& options)
{
    auto* const command = group.add_subcommand(name, help);
    command->add_option("name", options.line)->required();
    command->add_option("unit", options.unit)->required();
    command->add_option("table", options.table, "coil, discrete-input, input or holding")
        ->required();
    command->add_option("address", options.address, "counted from 0; 0x… is hexadecimal")
        ->required();
    return command;
}

void addRead(CLI::App& group, Session& session)
{
    auto options = std::make_shared<RegisterOptions>();
    auto* const command = addRegisterCommand(
        group, "read", "Read registers of a unit and show what they may mean", *options);
    command->add_option("count", options->count, "how many; 1");
    command->callback([&session, options] {
        session.client.with<Line_proxy>(Kind::Line, options->line, [&](auto& line) {
            showRegisters(session,
                          *options,
                          line.ReadRegisters(
                              options->unit, options->table, options->address, options->count));
        });
    });
}

void addWrite(CLI::App& group, Session& session)
{
    auto options = std::make_shared<RegisterOptions>();
    auto* const command = addRegisterCommand(
        group, "write", "Write registers of a unit, without a profile's limits", *options);
    command->add_option("values", options->values)->required();
    command->callback([&session, options] {
        session.client.with<Line_proxy>(Kind::Line, options->line, [&](auto& line) {
            line.WriteRegisters(options->unit, options->table, options->address, options->values);
        });
        session.confirm(fmt::format("{}: unit {} has confirmed", options->line, options->unit));
    });
}

void addPause(CLI::App& group, Session& session, bool isPause)
{
    auto* const command =
        group.add_subcommand(isPause ? "pause" : "resume",
                             isPause ? "Close a line, so that another program can use the port"
                                     : "Open a paused line again");
    auto name = std::make_shared<std::string>();
    command->add_option("name", *name)->required();
    command->callback([&session, name, isPause] {
        session.client.with<Line_proxy>(Kind::Line, *name, [&](auto& line) {
            if (isPause)
                line.Pause();
            else
                line.Resume();
        });
        session.confirm(*name + (isPause ? ": paused" : ": resumed"));
    });
}

std::uint64_t counterIn(const Json& unit, const char* name)
{
    return unit.value(name, std::uint64_t{0});
}

std::string millisecondsIn(const Json& unit, const char* name)
{
    return fmt::format("{:.1f}", static_cast<double>(counterIn(unit, name)) / 1000);
}

void printUnits(const Json& units)
{
    Table table({"UNIT",
                 "PER MINUTE",
                 "REQUESTS",
                 "ANSWERS",
                 "TIMEOUTS",
                 "CORRUPT",
                 "EXCEPTIONS",
                 "MEAN MS",
                 "LONGEST MS"});
    for (const auto& [unit, counters] : units.items())
        table.add({unit,
                   std::to_string(counterIn(counters, "requestsPerMinute")),
                   std::to_string(counterIn(counters, "requests")),
                   std::to_string(counterIn(counters, "answers")),
                   std::to_string(counterIn(counters, "timeouts")),
                   std::to_string(counterIn(counters, "corruptAnswers")),
                   std::to_string(counterIn(counters, "exceptions")),
                   millisecondsIn(counters, "meanLatencyMicroseconds"),
                   millisecondsIn(counters, "longestLatencyMicroseconds")});
    table.print();
}

void addUnits(CLI::App& group, Session& session)
{
    auto* const command =
        group.add_subcommand("units", "Show what each unit was asked and how it answered");
    auto name = std::make_shared<std::string>();
    command->add_option("name", *name)->required();
    command->callback([&session, name] {
        const auto units = toJson(session.client.properties(Kind::Line, *name))["Units"];
        session.show(units, [&] { printUnits(units); });
    });
}

Dictionary dictionaryOf(const ScanOptions& options)
{
    Dictionary dictionary;
    if (!options.baudRates.empty())
        dictionary.emplace("baudRates", sdbus::Variant(options.baudRates));
    if (!options.parities.empty())
        dictionary.emplace("parities", sdbus::Variant(options.parities));
    if (options.firstUnit)
        dictionary.emplace("firstUnit", sdbus::Variant(*options.firstUnit));
    if (options.lastUnit)
        dictionary.emplace("lastUnit", sdbus::Variant(*options.lastUnit));
    if (options.timeout)
        dictionary.emplace("responseTimeout", sdbus::Variant(*options.timeout));
    return dictionary;
}

void showProgress(const Json& scan)
{
    if (::isatty(STDERR_FILENO) == 0)
        return;
    std::fprintf(stderr,
                 "\r%s of %s units asked, %zu found ",
                 scan["done"].dump().c_str(),
                 scan["total"].dump().c_str(),
                 scan["found"].size());
    if (!scan["running"].get<bool>())
        std::fputc('\n', stderr);
}

void showFound(const Session& session, const Json& scan)
{
    session.show(scan, [&] {
        Table table({"UNIT", "SPEED", "PROFILES THAT FIT"});
        for (const auto& unit : scan["found"])
            table.add(
                {toText(unit["unit"]),
                 fmt::format("{} {}{}",
                             toText(unit["baudRate"]),
                             textIn(unit, "parity").substr(0, 1),
                             toText(unit["stopBits"])),
                 unit["profiles"].empty() ? "none; see \"line read\"" : toText(unit["profiles"])});
        table.print();
    });
}

void scan(const Session& session, Client& client, const ScanOptions& options)
{
    client.with<Line_proxy>(
        Kind::Line, options.line, [&](auto& line) { line.StartScan(dictionaryOf(options)); });
    for (;;) {
        const auto status = toJson(client.properties(Kind::Line, options.line))["Scan"];
        if (!session.wantsJson)
            showProgress(status);
        if (!status["running"].get<bool>())
            return showFound(session, status);
        std::this_thread::sleep_for(lookAgain);
    }
}

void addScan(CLI::App& group, Session& session)
{
    auto* const command = group.add_subcommand(
        "scan", "Look for units, and for the profiles that fit them; devices wait meanwhile");
    auto options = std::make_shared<ScanOptions>();
    command->add_option("name", options->line)->required();
    command->add_option("--baud-rates", options->baudRates, "speeds to try, with commas between")
        ->delimiter(',');
    command->add_option("--parities", options->parities, "none, even, odd, with commas between")
        ->delimiter(',');
    command->add_option("--first-unit", options->firstUnit, "1 if not given");
    command->add_option("--last-unit", options->lastUnit, "247 if not given");
    command->add_option("--response-timeout", options->timeout, "milliseconds; 150 if not given");
    command->callback([&session, options] { scan(session, session.client, *options); });
    auto* const stop = group.add_subcommand("stop-scan", "End a scan early");
    stop->add_option("name", options->line)->required();
    stop->callback([&session, options] {
        session.client.with<Line_proxy>(
            Kind::Line, options->line, [](auto& line) { line.StopScan(); });
        session.confirm(options->line + ": the scan has ended");
    });
}

} // namespace

void addLineTools(CLI::App& group, Session& session)
{
    addScan(group, session);
    addRead(group, session);
    addWrite(group, session);
    addUnits(group, session);
    addPause(group, session, true);
    addPause(group, session, false);
    addTrace(group, session);
}

} // namespace causeway::dbus::ctl
