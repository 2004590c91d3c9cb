// SPDX-License-Identifier: Apache-2.0
#include "dbus/line_adaptor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dbus/scan_dict.hpp"
#include "dbus/settings_dict.hpp"
#include "dbus/trace_dict.hpp"

namespace causeway::dbus {

namespace {

std::string wordsText(const std::vector<std::uint16_t>& words)
{
    return brief(fmt::format("{}", fmt::join(words, " ")));
}

std::string deedText(const api::RegisterRange& range, const std::string& words)
{
    return fmt::format("unit {} {} {}: {}", range.unitId, range.table, range.address, words);
}

} // namespace

LineAdaptor::LineAdaptor(const Context& context, std::string name)
    : ExportedObject(context, Kind::Line, std::move(name))
{}

void LineAdaptor::Change(sdbus::Result<>&& result, Dictionary settings)
{
    admit(
        std::move(result), Action::Manage, [this, settings = std::move(settings)](Answer<> answer) {
            const auto now = context_.control.line(name_);
            const auto then = now ? changed(now->settings, settings) : base::fail(now.error());
            if (!then)
                return answer.fail(then.error());
            answer.changes(toDictionary(now->settings), toDictionary(*then));
            context_.control.changeLine(*then, confirm(std::move(answer)));
        });
}

void LineAdaptor::Remove(sdbus::Result<>&& result)
{
    admit(std::move(result), Action::Manage, [this](Answer<> answer) {
        context_.control.removeLine(name_, confirm(std::move(answer)));
    });
}

void LineAdaptor::ReadRegisters(sdbus::Result<std::vector<std::uint16_t>>&& result,
                                std::uint8_t unit,
                                std::string table,
                                std::uint16_t address,
                                std::uint16_t count)
{
    const api::RegisterRange range{unit, std::move(table), address, count};
    admit(
        std::move(result), Action::Read, [this, range](Answer<std::vector<std::uint16_t>> answer) {
            context_.control.readRegisters(
                name_,
                range,
                [answer = std::move(answer)](
                    const base::Expected<std::vector<std::uint16_t>>& words) mutable {
                    if (words)
                        answer.succeed(*words);
                    else
                        answer.fail(words.error());
                });
        });
}

void LineAdaptor::WriteRegisters(sdbus::Result<>&& result,
                                 std::uint8_t unit,
                                 std::string table,
                                 std::uint16_t address,
                                 std::vector<std::uint16_t> values)
{
    const api::RegisterRange range{
        unit, std::move(table), address, static_cast<std::uint16_t>(values.size())};
    admit(std::move(result),
          Action::Manage,
          [this, range, values = std::move(values)](Answer<> answer) mutable {
              // The journal is to tell what was there; a register that cannot be read is written
              // all the same.
              context_.control.readRegisters(
                  name_,
                  range,
                  whileThere([this, range, values = std::move(values), answer = std::move(answer)](
                                 const base::Expected<std::vector<std::uint16_t>>& old) mutable {
                      answer.changes(deedText(range, old ? wordsText(*old) : "unknown"),
                                     deedText(range, wordsText(values)));
                      context_.control.writeRegisters(
                          name_, range, std::move(values), confirm(std::move(answer)));
                  }));
          });
}

void LineAdaptor::Pause(sdbus::Result<>&& result)
{
    admit(std::move(result), Action::Manage, [this](Answer<> answer) {
        context_.control.pauseLine(name_, true, confirm(std::move(answer)));
    });
}

void LineAdaptor::Resume(sdbus::Result<>&& result)
{
    admit(std::move(result), Action::Manage, [this](Answer<> answer) {
        context_.control.pauseLine(name_, false, confirm(std::move(answer)));
    });
}

void LineAdaptor::StartScan(sdbus::Result<>&& result, Dictionary options)
{
    admit(std::move(result), Action::Manage, [this, options = std::move(options)](Answer<> answer) {
        const auto settings = scanSettings(options);
        if (!settings)
            return answer.fail(settings.error());
        context_.control.startScan(name_, *settings, confirm(std::move(answer)));
    });
}

void LineAdaptor::StopScan(sdbus::Result<>&& result)
{
    admit(std::move(result), Action::Manage, [this](Answer<> answer) {
        context_.control.stopScan(name_, confirm(std::move(answer)));
    });
}

void LineAdaptor::Trace(
    sdbus::Result<std::vector<Dictionary>, std::uint64_t, std::uint64_t>&& result,
    std::uint64_t since)
{
    using TraceAnswer = Answer<std::vector<Dictionary>, std::uint64_t, std::uint64_t>;
    admit(std::move(result), Action::Read, [this, since](TraceAnswer answer) {
        context_.control.traceLine(
            name_,
            since,
            [answer = std::move(answer)](const base::Expected<api::TracedFrames>& trace) mutable {
                if (trace)
                    answer.succeed(toDictionaries(trace->frames), trace->next, trace->missed);
                else
                    answer.fail(trace.error());
            });
    });
}

std::string LineAdaptor::Name()
{
    return name_;
}

Dictionary LineAdaptor::Settings()
{
    return toDictionary(status().settings);
}

bool LineAdaptor::Up()
{
    return status().isUp;
}

std::string LineAdaptor::LastError()
{
    return status().lastError;
}

std::vector<std::string> LineAdaptor::Devices()
{
    return status().devices;
}

bool LineAdaptor::Paused()
{
    return status().isPaused;
}

Dictionary LineAdaptor::Scan()
{
    return toDictionary(status().scan);
}

Dictionary LineAdaptor::Units()
{
    Dictionary units;
    for (const auto& [unitId, statistics] : status().units)
        units.emplace(std::to_string(unitId), sdbus::Variant(statistics));
    return units;
}

api::Counters LineAdaptor::Counters()
{
    return status().counters;
}

const api::LineStatus& LineAdaptor::status() const
{
    return context_.status.line(name_);
}

} // namespace causeway::dbus
