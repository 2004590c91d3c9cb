// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/unit_keep_alive.hpp"

#include <utility>

#include "agent/base/log.hpp"

namespace causeway::bridges::modbus {

UnitKeepAlive::UnitKeepAlive(base::Scheduler& scheduler,
                             std::uint8_t unitId,
                             std::vector<KeepAlive> signs,
                             Ask ask)
    : unitId_(unitId)
    , ask_(std::move(ask))
{
    for (KeepAlive& sign : signs) {
        const std::size_t number = signs_.size();
        auto timer = std::make_unique<base::Timer>(scheduler, [this, number] { send(number); });
        signs_.push_back({std::move(sign), std::move(timer)});
    }
}

void UnitKeepAlive::start()
{
    if (std::exchange(isRunning_, true))
        return;
    for (const Sign& sign : signs_)
        sign.timer->start(base::Duration::zero());
}

void UnitKeepAlive::stop()
{
    isRunning_ = false;
    hasComplained_ = false;
    for (const Sign& sign : signs_)
        sign.timer->stop();
}

void UnitKeepAlive::send(std::size_t number)
{
    Sign& sign = signs_[number];
    sign.timer->start(sign.what.period);
    if (sign.isUnderWay) // the line is slower than the device's patience; a second one helps nobody
        return;
    sign.isUnderWay = true;
    const bool isOther = !sign.what.otherWords.empty() && sign.isOther;
    sign.isOther = !sign.isOther;
    ask_(writeRequest(unitId_,
                      sign.what.table,
                      sign.what.address,
                      isOther ? sign.what.otherWords : sign.what.words,
                      sign.what.usesMultiple),
         Priority::Write,
         [this, number](const base::Expected<Answer>& result) { onSent(number, result); });
}

void UnitKeepAlive::onSent(std::size_t number, const base::Expected<Answer>& result)
{
    signs_[number].isUnderWay = false;
    const bool isRefused = !result && result.error().kind == base::ErrorKind::Refused;
    if (!isRefused || isAcknowledge(result.error()) || std::exchange(hasComplained_, true))
        return;
    log::warning("unit {UNIT}: the device refuses to be kept alive, going on: {ERROR}",
                 "UNIT",
                 unitId_,
                 "ERROR",
                 result.error().message);
}

} // namespace causeway::bridges::modbus
