// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.hpp"
#include "agent/gateway.hpp"
#include "bridges/ble/central.hpp"
#include "bridges/ble/frame_decoder.hpp"
#include "bridges/ble/passkey.hpp"
#include "bridges/ble/recognition.hpp"
#include "bridges/profile_library.hpp"

// What only Bluetooth devices need: to be found, and to have a key of their own.
namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

/// A minute hears all that advertise at a useful pace; longer an operator does not wait.
constexpr std::chrono::seconds longestScan{60};

} // namespace

api::BluetoothState Gateway::bluetooth() const
{
    using bridges::ble::Listening;
    const auto& state = services_.bluetooth.state();
    switch (state.listening) {
    case Listening::Passively:
        return {"passive", {}};
    case Listening::Actively:
        return {"active", {}};
    case Listening::Not:
        break;
    }
    return {state.reason.empty() ? "unused" : "unavailable", state.reason};
}

void Gateway::scanBluetooth(std::chrono::seconds duration, SightingsDone done)
{
    if (duration < std::chrono::seconds(1) || duration > longestScan)
        return answer(std::move(done),
                      base::Error{ErrorKind::InvalidArgument,
                                  fmt::format("a scan lasts 1 to {} s", longestScan.count())});
    services_.bluetooth.scan(
        duration,
        lifetime_.guard([this, done = std::move(done)](
                            Expected<std::vector<bridges::ble::Advertisement>> heard) mutable {
            if (heard)
                done(recognise(*heard));
            else
                done(fail(heard.error()));
        }));
}

std::vector<api::BluetoothSighting>
Gateway::recognise(const std::vector<bridges::ble::Advertisement>& heard) const
{
    std::vector<std::shared_ptr<const bridges::DeviceProfile>> profiles;
    for (const auto& name : services_.profiles.names()) {
        if (const auto profile = services_.profiles.find(name);
            profile && (*profile)->bridge == "ble")
            profiles.push_back(*profile);
    }
    std::vector<api::BluetoothSighting> sightings;
    for (const auto& one : heard) {
        api::BluetoothSighting sighting{
            one.address, one.name, one.rssi, bridges::ble::suggestProfile(profiles, one), {}, {}};
        for (const auto& name :
             devicesWhere([&](const auto& device) { return device.bleAddress == one.address; }))
            sighting.device = name;
        for (const auto& [company, data] : one.manufacturerData)
            sighting.data.emplace(fmt::format("company 0x{:04x}", company), data);
        for (const auto& [service, data] : one.serviceData)
            sighting.data.emplace("service " + service, data);
        sightings.push_back(std::move(sighting));
    }
    return sightings;
}

void Gateway::setFieldKey(const std::string& device, base::Secret key, Done done)
{
    const auto found = find(device);
    if (!found)
        return answer(std::move(done), found.error());
    const auto profile = services_.profiles.find((*found)->settings().profile);
    if (!profile)
        return answer(std::move(done), profile.error());
    auto admitted = (*profile)->gatt
                        ? bridges::ble::admitPasskey(key.view())
                        : bridges::ble::admitKey((*profile)->advertisement, key.view());
    if (!admitted)
        return answer(std::move(done), std::move(admitted.error()));
    auto copy = key.clone();
    services_.fieldKeys.keepFieldKey(
        device,
        std::move(copy),
        lifetime_.guard([this, device, key = std::move(key), done = std::move(done)](
                            Expected<void> kept) mutable {
            if (kept) {
                log::notice("{DEVICE}: its own key is {STATE}",
                            "DEVICE",
                            device,
                            "STATE",
                            key.empty() ? "forgotten" : "set");
                services_.bluetooth.setKey(device, std::move(key));
            }
            done(std::move(kept));
        }));
}

} // namespace causeway::agent
