// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bluez_adapter.hpp"

#include <utility>

#include <fmt/format.h>

namespace causeway::bridges::ble {

namespace {

/// bluetoothd is busy for a moment after it powered an adapter, and while it connects somewhere.
constexpr std::chrono::seconds retryPause{3};

bool isInProgress(const sdbus::Error& error)
{
    return std::string_view(error.getName()) == "org.bluez.Error.InProgress";
}

} // namespace

BluezAdapter::BluezAdapter(sdbus::IConnection& connection,
                           base::Scheduler& scheduler,
                           const std::string& path,
                           std::function<void()> changed)
    : ProxyInterfaces(connection, bus::ServiceName{"org.bluez"}, sdbus::ObjectPath{path})
    , name_(path.substr(path.rfind('/') + 1))
    , changed_(std::move(changed))
    , reason_(fmt::format("the Bluetooth adapter {} is switched off", name_))
    , retry_(scheduler, [this] { begin(); })
{
    registerProxy();
}

BluezAdapter::~BluezAdapter()
{
    unregisterProxy();
}

void BluezAdapter::setWanted(bool isWanted)
{
    if (std::exchange(isWanted_, isWanted) == isWanted)
        return;
    if (isWanted)
        return begin();
    retry_.stop();
    isListening_ = false;
    // An attempt that is under way is ended by its answer.
    if (std::exchange(isCounted_, false))
        StopDiscovery();
}

void BluezAdapter::setPowered(bool isPowered)
{
    if (std::exchange(isPowered_, isPowered) == isPowered)
        return;
    isCounted_ = false;
    if (isPowered)
        begin();
    else
        cease(fmt::format("the Bluetooth adapter {} is switched off", name_));
}

void BluezAdapter::setDiscovering(bool isDiscovering)
{
    if (isDiscovering || !isListening_)
        return;
    cease(fmt::format("the Bluetooth adapter {} has ceased to listen", name_));
    retry_.start(retryPause);
}

void BluezAdapter::begin()
{
    if (!isPowered_ || !isWanted_)
        return;
    reason_.clear();
    // Without DuplicateData a sensor whose values stay the same looks dead.
    SetDiscoveryFilter({{"Transport", sdbus::Variant(std::string("le"))},
                        {"DuplicateData", sdbus::Variant(true)}});
}

void BluezAdapter::cease(std::string reason)
{
    retry_.stop();
    isListening_ = false;
    reason_ = std::move(reason);
    changed_();
}

void BluezAdapter::onSetDiscoveryFilterReply(bus::MaybeError error)
{
    if (!isWanted_)
        return;
    if (error)
        refuse(*error);
    else
        StartDiscovery();
}

void BluezAdapter::onStartDiscoveryReply(bus::MaybeError error)
{
    if (!isWanted_) {
        if (!error)
            StopDiscovery();
        return;
    }
    // In progress: what we have begun, since it is counted for each client. Before that it means
    // that the kernel is busy, with the discovery of a bluetoothd that was killed: for 10 s,
    // and 5.66 drops who asked meanwhile (start_discovery_complete of src/adapter.c).
    if (error && !(isCounted_ && isInProgress(*error)))
        return refuse(*error);
    isCounted_ = true;
    isListening_ = true;
    reason_.clear();
    changed_();
}

void BluezAdapter::refuse(const sdbus::Error& error)
{
    cease(fmt::format("the Bluetooth adapter {} does not listen: {}", name_, error.getMessage()));
    retry_.start(retryPause);
}

} // namespace causeway::bridges::ble
