// SPDX-License-Identifier: Apache-2.0
#include "agent/updates/device_firmware.hpp"

#include <utility>

#include "agent/base/log.hpp"

namespace causeway::agent {

DeviceFirmware::DeviceFirmware(std::string device,
                               std::unique_ptr<api::FirmwareStation> station,
                               std::unique_ptr<api::PackageFetcher> repositories,
                               base::Scheduler& scheduler,
                               const api::ClientState& state,
                               Owner owner)
    : device_(std::move(device))
    , station_(std::move(station))
    , repositories_(std::move(repositories))
    , scheduler_(scheduler)
    , owner_(std::move(owner))
    , update_(*station_, *repositories_, scheduler, state, *this)
{}

std::unique_ptr<lwm2m::Object> DeviceFirmware::makeObject(const model::ObjectDefinition& definition,
                                                          lwm2m::FirmwareObject::Access access)
{
    return std::make_unique<lwm2m::FirmwareObject>(definition, update_, scheduler_, access);
}

void DeviceFirmware::keepUpdateState(const api::ClientState& state, api::Inventory::Done kept)
{
    owner_.keep(state, std::move(kept));
}

void DeviceFirmware::onUpdateChanged()
{
    const auto state = std::to_string(update_.reportedState());
    const auto result = std::to_string(static_cast<unsigned>(update_.result()));
    const auto now = state + ' ' + result;
    const bool isNews = std::exchange(logged_, now) != now;
    if (isNews)
        log::notice("{DEVICE}: firmware update: state {STATE}, result {RESULT}",
                    "DEVICE",
                    device_,
                    "STATE",
                    state,
                    "RESULT",
                    result);
    owner_.changed(lwm2m::changingFirmwareResources());
    if (isNews && update_.result() == lwm2m::FirmwareResult::Success)
        owner_.installed();
}

void DeviceFirmware::onUpdateFailure(const std::string& sentence)
{
    log::warning("{DEVICE}: {ERROR}, the servers are told", "DEVICE", device_, "ERROR", sentence);
}

} // namespace causeway::agent
