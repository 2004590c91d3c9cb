// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/unit_opening.hpp"

#include <utility>

#include <fmt/format.h>

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;

namespace {

Extent extentOf(std::uint16_t address, const std::vector<std::uint16_t>& words)
{
    return {address, static_cast<std::uint16_t>(words.size())};
}

bool isRefusal(const Expected<Answer>& result)
{
    return !result && result.error().kind == ErrorKind::Refused;
}

std::string hex(const std::vector<std::uint16_t>& words)
{
    std::string text;
    for (const std::uint16_t word : words)
        text += fmt::format("{}{:04x}", text.empty() ? "" : " ", word);
    return text;
}

} // namespace

bool fits(const ProbeStep& probe, const std::vector<std::uint16_t>& words)
{
    if (words.size() != probe.words.size())
        return false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (((words[i] ^ probe.words[i]) & probe.mask) != 0)
            return false;
    }
    return true;
}

UnitOpening::UnitOpening(std::uint8_t unitId, OpeningSteps steps, Ask ask)
    : unitId_(unitId)
    , steps_(std::move(steps))
    , ask_(std::move(ask))
{}

void UnitOpening::start(Done done)
{
    done_ = std::move(done);
    probesDone_ = 0;
    setupDone_ = 0;
    walk_ = {};
    next();
}

void UnitOpening::next()
{
    if (probesDone_ < steps_.probes.size()) {
        probe(steps_.probes[probesDone_]);
        return;
    }
    if (setupDone_ < steps_.setup.size()) {
        const SetupStep& step = steps_.setup[setupDone_];
        if (step.isAlways)
            write(step);
        else
            compare(step);
        return;
    }
    const auto extent = steps_.walksSunspec ? walk_.next() : std::nullopt;
    if (extent)
        walk(*extent);
    else if (steps_.walksSunspec && !walk_.hasFoundMarker())
        end(fail(ErrorKind::NotSupported, "the device has no SunSpec models", Retry::Later));
    else
        end(walk_.models());
}

void UnitOpening::probe(const ProbeStep& step)
{
    ask_(readRequest(unitId_, step.table, extentOf(step.address, step.words)),
         Priority::Poll,
         [this, &step](const Expected<Answer>& result) {
             if (result && fits(step, *result)) {
                 ++probesDone_;
                 next();
             } else if (result || isRefusal(result)) {
                 end(fail(ErrorKind::NotSupported,
                          fmt::format("the device is not what its profile says: {} 0x{:04x} {}",
                                      toString(step.table),
                                      step.address,
                                      result ? "holds " + hex(*result) + ", not " + hex(step.words)
                                             : "is refused: " + result.error().message),
                          Retry::Later));
             } else {
                 end(fail(result.error()));
             }
         });
}

void UnitOpening::compare(const SetupStep& step)
{
    ask_(readRequest(unitId_, step.table, extentOf(step.address, step.words)),
         Priority::Poll,
         [this, &step](const Expected<Answer>& result) {
             if (result && *result == step.words) {
                 ++setupDone_;
                 next();
             } else if (result || isRefusal(result)) {
                 write(step);
             } else {
                 end(fail(result.error()));
             }
         });
}

void UnitOpening::write(const SetupStep& step)
{
    ask_(writeRequest(unitId_, step.table, step.address, step.words, step.usesMultiple),
         Priority::Poll,
         [this, &step](const Expected<Answer>& result) {
             if (result || isAcknowledge(result.error())) {
                 ++setupDone_;
                 next();
                 return;
             }
             end(fail(result.error().in(
                 fmt::format("the setup of {} 0x{:04x}", toString(step.table), step.address))));
         });
}

void UnitOpening::walk(Extent extent)
{
    ask_(readRequest(unitId_, RegisterTable::HoldingRegister, extent),
         Priority::Poll,
         [this](const Expected<Answer>& result) {
             if (!result && !isRefusal(result)) {
                 end(fail(result.error()));
                 return;
             }
             if (result)
                 walk_.take(*result);
             else
                 walk_.refused();
             next();
         });
}

void UnitOpening::end(Expected<std::vector<SunspecModel>> result)
{
    Done done = std::move(done_);
    done_ = nullptr;
    done(std::move(result));
}

} // namespace causeway::bridges::modbus
