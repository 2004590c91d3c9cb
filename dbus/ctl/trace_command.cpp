// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dbus/ctl/interrupts.hpp"
#include "dbus/ctl/number_range.hpp"
#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/output.hpp"

namespace causeway::dbus::ctl {

using org::causeway::Gateway1::Line_proxy;

namespace {

/// A fast line fills what is kept in three seconds.
constexpr std::chrono::milliseconds lookAgain{300};

/// A day; who wants more interrupts it.
constexpr std::uint32_t longestTrace = 86400;

struct TraceOptions
{
    std::string line;
    std::optional<std::uint32_t> seconds;
};

/// "09:20:11.123 -> unit 7: read coils 0 to 7  [07 01 00 00 00 08 3D 9A]"
std::string lineOf(const Dictionary& frame)
{
    constexpr std::size_t dateOctets = 11; // "2026-01-01T"
    constexpr std::size_t timeOctets = 12;
    const auto octets = frame.at("octets").get<std::vector<std::uint8_t>>();
    const auto unit = frame.find("unit");
    std::string text = fmt::format(
        "{} {} {}{}",
        timeText(frame.at("at").get<std::uint64_t>()).substr(dateOctets, timeOctets),
        frame.at("direction").get<std::string>() == "sent" ? "->" : "<-",
        unit == frame.end() ? "" : fmt::format("unit {}: ", unit->second.get<std::uint8_t>()),
        frame.at("text").get<std::string>());
    if (!octets.empty())
        text += fmt::format("  [{:02X}]", fmt::join(octets, " "));
    return text;
}

/// Prints what goes over a line until the user or the time ends it.
class Tracer
{
public:
    Tracer(Session& session, const TraceOptions& options)
        : session_(session)
        , options_(options)
    {}

    void run()
    {
        const Interrupts interrupts(loop_, [this] { loop_.stop(); });
        base::Timer end(loop_, [this] { loop_.stop(); });
        if (options_.seconds)
            end.start(std::chrono::seconds(*options_.seconds));
        again_.start({});
        loop_.run();
        if (failure_)
            std::rethrow_exception(failure_);
    }

private:
    void look()
    {
        try {
            show();
            again_.start(lookAgain);
        } catch (const std::exception&) { // not through the loop: it would go on
            failure_ = std::current_exception();
            loop_.stop();
        }
    }

    void show()
    {
        std::tuple<std::vector<Dictionary>, std::uint64_t, std::uint64_t> trace;
        session_.client.with<Line_proxy>(
            Kind::Line, options_.line, [&](auto& line) { trace = line.Trace(next_); });
        const auto& [frames, next, missed] = trace;
        if (missed > 0)
            std::fprintf(stderr,
                         "%s\n",
                         fmt::format("{} frames came faster than they were read", missed).c_str());
        for (const auto& frame : frames) {
            if (session_.wantsJson)
                std::puts(toAscii(toJson(frame)).c_str());
            else
                Session::say(lineOf(frame));
        }
        finishOutput();
        next_ = next;
    }

    Session& session_;
    TraceOptions options_;
    base::EventLoop loop_;
    base::Timer again_{loop_, [this] {
                           look();
                       }};
    std::uint64_t next_ = 0;
    std::exception_ptr failure_;
};

} // namespace

void addTrace(CLI::App& group, Session& session)
{
    auto* const command =
        group.add_subcommand("trace", "Show what goes over a line, until interrupted");
    auto options = std::make_shared<TraceOptions>();
    command->add_option("name", options->line)->required();
    command->add_option("--seconds", options->seconds, "end after so long")
        ->transform(numberFrom(1, longestTrace));
    command->callback([&session, options] { Tracer(session, *options).run(); });
}

} // namespace causeway::dbus::ctl
