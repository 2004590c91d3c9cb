// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include "agent/attached_device.hpp"
#include "agent/updates/device_repositories.hpp"

// The firmware (Object 5) and software (Object 9) of a device, which outlive its LwM2M Clients.
namespace causeway::agent {

namespace {

constexpr model::Id firmwareObjectId = 5;
constexpr model::Id softwareObjectId = 9;

} // namespace

void AttachedDevice::makeUpdates()
{
    const auto makeRepositories = [this] {
        return std::make_unique<DeviceRepositories>(
            plan_.settings.name,
            DeviceRepositories::Services{services_.transport, services_.scheduler, services_.web},
            DeviceRepositories::Rules{services_.allowsPlaintext, services_.trustsStrangers},
            [this]() -> const std::vector<api::DeviceAccount>& { return plan_.accounts; });
    };
    const auto keep = [this](const api::ClientState& state, DeviceListener::Kept kept) {
        keepState(state, std::move(kept));
    };
    const auto changed = [this](const std::vector<model::Path>& paths) {
        if (!client_)
            return;
        client_->onValuesChanged(paths);
        std::vector<model::Sample> samples;
        for (const auto& path : paths)
            addOwnSamples(path, samples);
        services_.listener.onDeviceSamples(plan_.settings.name, samples);
    };
    if (plan_.firmware)
        updates_.firmware = std::make_unique<DeviceFirmware>(
            plan_.settings.name,
            std::move(plan_.firmware),
            makeRepositories(),
            services_.scheduler,
            plan_.state,
            DeviceFirmware::Owner{keep, changed, [this] {
                                      services_.listener.onDeviceRenewed(plan_.settings.name);
                                  }});
    if (!plan_.software.empty())
        updates_.software = std::make_unique<DeviceSoftware>(
            DeviceSoftware::Shared{plan_.settings.name, makeRepositories(), services_.scheduler},
            std::move(plan_.software),
            plan_.state,
            DeviceSoftware::Owner{keep, changed});
}

void AttachedDevice::addUpdateObjects()
{
    using Access = lwm2m::FirmwareObject::Access;
    const auto access = plan_.settings.allowsServerWrites ? Access::Full : Access::ReadOnly;
    if (updates_.firmware)
        add(updates_.firmware->makeObject(*services_.definitions.find(firmwareObjectId), access));
    if (updates_.software)
        add(updates_.software->makeObject(*services_.definitions.find(softwareObjectId), access));
}

} // namespace causeway::agent
