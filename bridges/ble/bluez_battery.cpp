// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bluez_battery.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include "bridges/ble/advertisement.hpp"

namespace causeway::bridges::ble {

using base::Bytes;
using base::ErrorKind;

namespace {

/// Reading it takes bluetoothd one exchange with the peripheral after the services are known.
constexpr std::chrono::seconds readLimit{5};
/// gatt-api.txt has no such name: no characteristic of bluetoothd's is called like this.
constexpr std::string_view handleEnd = "/service-battery1";

} // namespace

BluezBattery::BluezBattery(base::Scheduler& scheduler)
    : scheduler_(scheduler)
    , limit_(scheduler, [this] {
        if (auto waiting = std::exchange(waiting_, nullptr))
            waiting(base::fail(ErrorKind::Refused, "bluetoothd does not tell its battery's level"));
    })
{}

CharacteristicName BluezBattery::name()
{
    return {canonicalUuid("180f").value(), canonicalUuid("2a19").value()};
}

std::string BluezBattery::handleOf(const std::string& device)
{
    return device + std::string(handleEnd);
}

bool BluezBattery::isHandle(const std::string& handle)
{
    return handle.ends_with(handleEnd);
}

void BluezBattery::setLevel(std::uint8_t level)
{
    level_ = level;
    limit_.stop();
    if (auto waiting = std::exchange(waiting_, nullptr))
        read(std::move(waiting));
}

void BluezBattery::read(GattRadio::ReadDone done)
{
    if (level_) {
        scheduler_.post([done = std::move(done), octets = Bytes{*level_}]() mutable {
            done(std::move(octets));
        });
        return;
    }
    waiting_ = std::move(done);
    limit_.start(readLimit);
}

} // namespace causeway::bridges::ble
