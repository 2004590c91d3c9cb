// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "dbus/ctl/interrupts.hpp"
#include "dbus/ctl/number_range.hpp"
#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/table.hpp"

namespace causeway::dbus::ctl {

using org::causeway::Gateway1::Line_proxy;

namespace {

/// How often the progress is looked at.
constexpr std::chrono::milliseconds lookAgain{300};

struct ScanOptions
{
    std::string line;
    std::vector<std::uint32_t> baudRates;
    std::vector<std::string> parities;
    std::optional<std::uint8_t> firstUnit;
    std::optional<std::uint8_t> lastUnit;
    std::optional<std::uint32_t> timeout;
};

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

/// A serial line has the units 1 to 247 (Modbus over Serial Line 1.02 §2.2); a TCP connection has
/// no speed. The daemon would scan for what cannot be there, or at speeds that are none.
void check(const ScanOptions& options, const std::string& kind)
{
    constexpr std::uint8_t lastSerialUnit = 247;
    const bool hasSpeeds = !options.baudRates.empty() || !options.parities.empty();
    if (kind != "rtu" && hasSpeeds)
        throw Failure(base::ErrorKind::InvalidArgument,
                      options.line + " is a TCP connection: it has no speed and no parity");
    if (kind == "tcp")
        return;
    for (const auto& unit : {options.firstUnit, options.lastUnit}) {
        if (unit && (*unit == 0 || *unit > lastSerialUnit))
            throw Failure(base::ErrorKind::InvalidArgument,
                          "the units of a serial line are 1 to 247");
    }
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

/// "9600 n1"; nothing of a TCP connection.
std::string speedOf(const Json& unit)
{
    if (!unit.contains("baudRate"))
        return {};
    return fmt::format("{} {}{}",
                       toText(unit["baudRate"]),
                       textIn(unit, "parity").substr(0, 1),
                       textIn(unit, "stopBits"));
}

void printFound(const Json& scan)
{
    if (scan["found"].empty())
        return Session::say("no unit has answered");
    Table table({"UNIT", "SPEED", "PROFILES THAT FIT"});
    for (const auto& unit : scan["found"])
        table.add(
            {toText(unit["unit"]),
             speedOf(unit),
             unit["profiles"].empty() ? "none; see \"line read\"" : toText(unit["profiles"])});
    table.print();
}

/// Runs a scan to its end; Ctrl-C ends the scan, too: the line's devices wait for it.
class Scanner
{
public:
    Scanner(Session& session, const ScanOptions& options)
        : session_(session)
        , options_(options)
    {}

    void run()
    {
        check(options_, textIn(properties()["Settings"], "kind"));
        const Interrupts interrupts(loop_, [this] { interrupt(); });
        with([this](auto& line) { line.StartScan(dictionaryOf(options_)); });
        again_.start({});
        loop_.run();
        if (failure_)
            std::rethrow_exception(failure_);
        session_.show(scan_, [this] { printFound(scan_); });
        if (scan_["done"] != scan_["total"])
            throw Failure(base::ErrorKind::Cancelled,
                          fmt::format("the scan has ended early: {} of {} units asked",
                                      scan_["done"].dump(),
                                      scan_["total"].dump()));
    }

private:
    Json properties() { return toJson(session_.client.properties(Kind::Line, options_.line)); }

    template <typename Call>
    void with(Call call)
    {
        session_.client.with<Line_proxy>(Kind::Line, options_.line, call);
    }

    void interrupt()
    {
        guarded([this] {
            with([](auto& line) { line.StopScan(); });
            look();
        });
    }

    void look()
    {
        scan_ = properties()["Scan"];
        if (!session_.wantsJson)
            showProgress(scan_);
        if (scan_["running"].get<bool>())
            again_.start(lookAgain);
        else
            loop_.stop();
    }

    template <typename Step>
    void guarded(Step step)
    {
        try {
            step();
        } catch (const std::exception&) { // not through the loop: it would go on
            failure_ = std::current_exception();
            loop_.stop();
        }
    }

    Session& session_;
    ScanOptions options_;
    base::EventLoop loop_;
    base::Timer again_{loop_, [this] {
                           guarded([this] { look(); });
                       }};
    Json scan_;
    std::exception_ptr failure_;
};

std::string parityMistake(const std::string& word)
{
    const bool isGood = word == "none" || word == "even" || word == "odd";
    return isGood ? std::string() : fmt::format("\"{}\" is none of none, even, odd", word);
}

void stopScan(Session& session, const std::string& name)
{
    const bool isRunning =
        toJson(session.client.properties(Kind::Line, name))["Scan"].value("running", false);
    if (!isRunning)
        throw Failure(base::ErrorKind::NotFound, name + " is not being scanned");
    session.client.with<Line_proxy>(Kind::Line, name, [](auto& line) { line.StopScan(); });
    session.confirm(name + ": the scan has ended");
}

void addStop(CLI::App& group, Session& session)
{
    auto name = std::make_shared<std::string>();
    auto* const command = group.add_subcommand("stop-scan", "End a scan early");
    command->add_option("name", *name)->required();
    command->callback([&session, name] { stopScan(session, *name); });
}

} // namespace

void addScan(CLI::App& group, Session& session)
{
    auto* const command = group.add_subcommand(
        "scan", "Look for units, and for the profiles that fit them; devices wait meanwhile");
    auto options = std::make_shared<ScanOptions>();
    command->add_option("name", options->line)->required();
    command->add_option("--baud-rates", options->baudRates, "speeds to try, with commas between")
        ->delimiter(',')
        ->transform(numberFrom(1, INT32_MAX));
    command->add_option("--parities", options->parities, "none, even, odd, with commas between")
        ->delimiter(',')
        ->check(CLI::Validator(parityMistake, ""));
    command->add_option("--first-unit", options->firstUnit, "1 if not given")
        ->transform(numberFrom(0, UINT8_MAX));
    command->add_option("--last-unit", options->lastUnit, "247 if not given")
        ->transform(numberFrom(0, UINT8_MAX));
    command->add_option("--response-timeout", options->timeout, "milliseconds; 150 if not given")
        ->transform(numberFrom(10, 10000));
    command->callback([&session, options] { Scanner(session, *options).run(); });
    addStop(group, session);
}

} // namespace causeway::dbus::ctl
