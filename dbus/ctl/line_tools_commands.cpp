// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "dbus/ctl/failure.hpp"
#include "dbus/ctl/number_range.hpp"
#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/register_preview.hpp"
#include "dbus/ctl/table.hpp"

// What a technician does with a line by hand.
namespace causeway::dbus::ctl {

using org::causeway::Gateway1::Line_proxy;

namespace {

struct RegisterOptions
{
    std::string line;
    std::uint8_t unit = 1;
    std::string table;
    std::uint16_t address = 0;
    std::uint16_t count = 1;
    std::vector<std::string> values;
};

constexpr std::uint16_t mostNumber = 65535; ///< of an address, and of what a register holds

/// A coil is 0 or 1, or as the command `write` has it.
std::uint16_t bitIn(const std::string& text)
{
    for (const auto* word : {"1", "on", "true"}) {
        if (text == word)
            return 1;
    }
    for (const auto* word : {"0", "off", "false"}) {
        if (text == word)
            return 0;
    }
    throw Failure(base::ErrorKind::InvalidArgument,
                  fmt::format("values: \"{}\" is neither 0 nor 1, off nor on", text));
}

std::uint16_t wordIn(const std::string& text)
{
    const auto number = wholeNumberIn(text);
    if (!number || *number < 0 || *number > mostNumber)
        throw Failure(
            base::ErrorKind::InvalidArgument,
            fmt::format("values: \"{}\" is no whole number from 0 to {}", text, mostNumber));
    return static_cast<std::uint16_t>(*number);
}

std::vector<std::uint16_t> wordsIn(const RegisterOptions& options)
{
    std::vector<std::uint16_t> words;
    for (const auto& text : options.values)
        words.push_back(options.table == "coil" ? bitIn(text) : wordIn(text));
    return words;
}

void printBits(std::uint32_t address, const std::vector<std::uint16_t>& bits)
{
    Table table({"ADDRESS", "VALUE"});
    for (const auto bit : bits)
        table.add({fmt::format("0x{:04x}", address++), std::to_string(bit)});
    table.print();
}

void printNarrow(std::uint32_t address, const std::vector<RegisterPreview>& rows)
{
    Table table({"ADDRESS", "HEX", "U16", "S16", "S32", "S32 CDAB", "F32", "F32 CDAB", "TEXT"});
    for (const auto& row : rows) {
        table.add({fmt::format("0x{:04x}", address++),
                   row.hex,
                   row.unsigned16,
                   row.signed16,
                   row.signed32,
                   row.swappedSigned32,
                   row.float32,
                   row.swappedFloat32,
                   row.text});
    }
    table.print();
}

/// In a table of their own: both together are wider than a terminal.
void printWide(std::uint32_t address, const std::vector<RegisterPreview>& rows)
{
    Table table({"ADDRESS", "S64", "S64 GHEFCDAB", "F64", "F64 GHEFCDAB"});
    for (const auto& row : rows) {
        if (row.signed64.empty())
            break;
        table.add({fmt::format("0x{:04x}", address++),
                   row.signed64,
                   row.swappedSigned64,
                   row.float64,
                   row.swappedFloat64});
    }
    table.print();
}

void showRegisters(const Session& session,
                   const RegisterOptions& options,
                   const std::vector<std::uint16_t>& words)
{
    session.show(Json(words), [&] {
        if (options.table == "coil" || options.table == "discrete-input")
            return printBits(options.address, words);
        const auto rows = previewOf(words);
        printNarrow(options.address, rows);
        if (rows.empty() || rows.front().signed64.empty())
            return;
        fmt::print("\n");
        printWide(options.address, rows);
    });
}

CLI::App*
addRegisterCommand(CLI::App& group, const char* name, const char* help, RegisterOptions& options)
{
    auto* const command = group.add_subcommand(name, help);
    command->add_option("name", options.line)->required();
    command->add_option("unit", options.unit)->required()->transform(numberFrom(0, 255));
    command->add_option("table", options.table, "coil, discrete-input, input or holding")
        ->required();
    command->add_option("address", options.address, "counted from 0; 0x… is hexadecimal")
        ->required()
        ->transform(numberFrom(0, mostNumber));
    return command;
}

void addRead(CLI::App& group, Session& session)
{
    auto options = std::make_shared<RegisterOptions>();
    auto* const command = addRegisterCommand(
        group, "read", "Read registers of a unit and show what they may mean", *options);
    // Modbus V1.1b3 §6.1: 2000 bits; of registers the daemon takes fewer, and says so.
    command->add_option("count", options->count, "how many; 1")->transform(numberFrom(1, 2000));
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
    command
        ->add_option(
            "values", options->values, "0 to 65535, 0x… is hexadecimal; on and off of coils")
        ->required();
    command->callback([&session, options] {
        const auto words = wordsIn(*options);
        session.client.with<Line_proxy>(Kind::Line, options->line, [&](auto& line) {
            line.WriteRegisters(options->unit, options->table, options->address, words);
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
