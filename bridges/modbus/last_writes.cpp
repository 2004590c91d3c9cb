// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/last_writes.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "agent/base/log.hpp"

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;

namespace {

constexpr base::Duration pause = std::chrono::seconds(1);
/// Who does not answer for a minute is not there any more.
constexpr std::uint32_t mostAttempts = 60;

bool isMask(const Request& request)
{
    return request.function == FunctionCode::MaskWriteRegister;
}

bool writesCoils(const Request& request)
{
    return request.function == FunctionCode::WriteSingleCoil ||
           request.function == FunctionCode::WriteMultipleCoils;
}

std::uint32_t endOf(const Request& request)
{
    return std::uint32_t{request.address} + request.count;
}

/// The bits that are the writer's own, of the register or coil at this address.
std::uint16_t ownBits(const Request& request, std::uint32_t address)
{
    if (request.foreign.empty())
        return 0xFFFF;
    return static_cast<std::uint16_t>(~request.foreign[address - request.address]);
}

/// Whether anything of it is left.
bool leaveTo(const Request& by, Request& owed)
{
    if (owed.foreign.empty())
        owed.foreign.resize(owed.count);
    const std::uint32_t end = std::min(endOf(owed), endOf(by));
    for (std::uint32_t at = std::max(owed.address, by.address); at < end; ++at) {
        const std::uint16_t own = ownBits(by, at);
        const std::uint16_t known = isMask(by) ? own : std::uint16_t{0xFFFF};
        const std::uint16_t told = isMask(by) ? by.values[1] : by.values[at - by.address];
        const std::size_t i = at - owed.address;
        owed.foreign[i] |= own;
        const auto taken = static_cast<std::uint16_t>(known & owed.foreign[i]);
        std::uint16_t& value = isMask(owed) ? owed.values[1] : owed.values[i];
        value = static_cast<std::uint16_t>((value & ~taken) | (told & taken));
        if (!isMask(owed))
            continue;
        owed.values[0] = owed.foreign[0];
        value &= static_cast<std::uint16_t>(~owed.foreign[0]);
    }
    return std::ranges::any_of(owed.foreign, [](std::uint16_t bits) { return bits != 0xFFFF; });
}

} // namespace

LastWrites::LastWrites(base::Scheduler& scheduler, Ask ask)
    : scheduler_(scheduler)
    , ask_(std::move(ask))
    , retry_(scheduler, [this] { sendAll(); })
{}

void LastWrites::add(Request request)
{
    const std::uint64_t number = nextNumber_++;
    owed_[number].request = std::move(request);
    send(number);
}

bool LastWrites::meet(const Request& one, const Request& other)
{
    return one.unitId == other.unitId && writesCoils(one) == writesCoils(other) &&
           one.address < endOf(other) && other.address < endOf(one);
}

void LastWrites::supersede(const Request& by)
{
    for (auto next = owed_.begin(); next != owed_.end();) {
        Owed& owed = next->second;
        if (!meet(owed.request, by)) {
            ++next;
            continue;
        }
        owed.isOutdated = owed.isUnderWay;
        next = leaveTo(by, owed.request) ? std::next(next) : owed_.erase(next);
    }
    tellWhenEmpty();
}

void LastWrites::whenEmpty(base::Task settled)
{
    settled_ = std::move(settled);
    tellWhenEmpty();
}

void LastWrites::send(std::uint64_t number)
{
    Owed& owed = owed_.at(number);
    owed.isUnderWay = true;
    ++owed.attempts;
    ask_(owed.request, Priority::Write, [this, number](const Expected<Answer>& result) {
        onSent(number, result);
    });
}

void LastWrites::onSent(std::uint64_t number, const Expected<Answer>& result)
{
    const auto found = owed_.find(number);
    if (found == owed_.end())
        return;
    found->second.isUnderWay = false;
    const bool isOutdated = std::exchange(found->second.isOutdated, false);
    const bool isTaken = (result || isAcknowledge(result.error())) && !isOutdated;
    const bool isRefused = !result && isRefusedForGood(result.error());
    if (!isTaken && !isRefused && found->second.attempts < mostAttempts) {
        if (!retry_.isRunning())
            retry_.start(pause);
        return;
    }
    if (!isTaken)
        log::warning("unit {UNIT}: the end of a pulse could not be written, giving up: {ERROR}",
                     "UNIT",
                     found->second.request.unitId,
                     "ERROR",
                     result.error().message);
    owed_.erase(found);
    tellWhenEmpty();
}

void LastWrites::sendAll()
{
    std::vector<std::uint64_t> waiting;
    for (const auto& [number, owed] : owed_) {
        if (!owed.isUnderWay)
            waiting.push_back(number);
    }
    for (const std::uint64_t number : waiting)
        send(number);
}

void LastWrites::tellWhenEmpty()
{
    // Later, because who hears it may take the line away.
    if (isEmpty() && settled_)
        scheduler_.post(std::exchange(settled_, {}));
}

} // namespace causeway::bridges::modbus
