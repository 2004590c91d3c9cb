// SPDX-License-Identifier: Apache-2.0
#include "agent/api/bootstrap_store.hpp"
#include "agent/attached_device.hpp"
#include "agent/base/log.hpp"
#include "agent/lwm2m/objects/device_object.hpp"
#include "agent/updates/device_firmware.hpp"

// Reboot and Factory Reset (/3/0/4 and 5) of a device's LwM2M Client. The legacy device itself, and
// its firmware and software, are left alone.
namespace causeway::agent {

namespace {

/// The client answers its server first; the new registration may take this long to begin when the
/// old server does not confirm.
constexpr base::Duration restartLimit = std::chrono::seconds(2);

/// What no server has set: the operator's position, the smartcard that has refused its PIN, which
/// software is installed, and which instance of Object 25 a device has.
bool isDevicesOwn(const std::string& key)
{
    return key == "position" || key == api::refusedCardKey || key.starts_with("software/") ||
           key.starts_with("inventory/");
}

bool isOfFirmware(const std::string& key)
{
    return key == "firmware" || key.starts_with("firmware/");
}

} // namespace

void AttachedDevice::reboot()
{
    if (isLeaving_)
        return; // whoever waits for stop() would never hear of its end
    log::notice("{DEVICE}: asked to reboot, registering anew", "DEVICE", plan_.settings.name);
    beginAnew();
}

void AttachedDevice::beginAnew()
{
    if (!isLeaving_ && client_)
        client_->stop(restartLimit, lifetime_.guard([this] { restartClient(); }));
}

void AttachedDevice::resetToFactory()
{
    if (isLeaving_)
        return;
    log::notice("{DEVICE}: asked for a factory reset, going back to what the operator gave",
                "DEVICE",
                plan_.settings.name);
    client_->stop(restartLimit, lifetime_.guard([this] { forgetServers(); }));
}

// No accounts: the operator's again. All that servers have set goes in the same transaction, what
// they have begun with firmware and software, too, but for an update that runs: it will tell its
// result. Software that is installed stays.
void AttachedDevice::forgetServers()
{
    api::BootstrapResult factory;
    const bool keepsFirmware = updates_.firmware && !updates_.firmware->mayReset();
    for (const auto& [key, text] : plan_.state) {
        if (!isDevicesOwn(key) && !(keepsFirmware && isOfFirmware(key)))
            factory.state.emplace(key, std::string());
    }
    if (updates_.software)
        factory.state.merge(updates_.software->stateAfterReset());
    services_.listener.onDeviceDelivery(
        plan_.settings.name,
        clientLife_->token(),
        std::move(factory),
        lifetime_.guard([this](const base::Expected<void>& forgotten) {
            if (!forgotten)
                log::err("{DEVICE}: no factory reset: {ERROR}; it goes on as it was",
                         "DEVICE",
                         plan_.settings.name,
                         "ERROR",
                         forgotten.error().message);
            else
                resetUpdates();
            if (!isLeaving_)
                restartClient();
        }));
}

void AttachedDevice::resetUpdates() const
{
    if (updates_.firmware)
        updates_.firmware->reset();
    if (updates_.software)
        updates_.software->reset();
}

void AttachedDevice::restartClient()
{
    objects_.clear();
    ownObjects_.clear();
    deviceObject_ = nullptr;
    if (host_)
        host_->release();
    client_.reset();
    startClient(base::Duration::zero());
    services_.listener.onDeviceChanged(plan_.settings.name);
}

} // namespace causeway::agent
