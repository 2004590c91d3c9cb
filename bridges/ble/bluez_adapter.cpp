// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bluez_adapter.hpp"

#include <utility>

#include <fmt/format.h>

#include "agent/base/log.hpp"

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
                           Site site)
    : ProxyInterfaces(connection, bus::ServiceName{"org.bluez"}, sdbus::ObjectPath{path})
    , connection_(connection)
    , scheduler_(scheduler)
    , path_(path)
    , name_(path.substr(path.rfind('/') + 1))
    , site_(std::move(site))
    , reason_(fmt::format("the Bluetooth adapter {} is switched off", name_))
    , retry_(scheduler, [this] { begin(); })
{
    registerProxy();
}

BluezAdapter::~BluezAdapter()
{
    unregisterProxy();
}

Listening BluezAdapter::wantedWay() const
{
    if (!wish_.isWanted)
        return Listening::Not;
    const bool isPassive =
        !wish_.patterns.empty() && hasMonitors_ && refusedPatterns_ != wish_.patterns;
    return isPassive ? Listening::Passively : Listening::Actively;
}

void BluezAdapter::setWish(const ListeningWish& wish)
{
    if (wish_ == wish)
        return;
    wish_ = wish;
    if (way_ == Listening::Actively && wantedWay() == Listening::Actively)
        return;
    end();
    begin();
}

void BluezAdapter::offerMonitors()
{
    if (std::exchange(hasMonitors_, true) || way_ == wantedWay())
        return;
    end();
    begin();
}

void BluezAdapter::setPowered(bool isPowered)
{
    if (std::exchange(isPowered_, isPowered) == isPowered)
        return;
    isCounted_ = false;
    refusedPatterns_.reset();
    monitor_.reset();
    if (isPowered)
        begin();
    else
        cease(fmt::format("the Bluetooth adapter {} is switched off", name_));
}

void BluezAdapter::setDiscovering(bool isDiscovering)
{
    if (isDiscovering || listening() != Listening::Actively)
        return;
    cease(fmt::format("the Bluetooth adapter {} has ceased to listen", name_));
    retry_.start(retryPause);
}

void BluezAdapter::begin()
{
    way_ = wantedWay();
    if (!isPowered_ || way_ == Listening::Not)
        return;
    reason_.clear();
    if (way_ == Listening::Passively)
        return monitor();
    // Without DuplicateData a sensor whose values stay the same looks dead.
    SetDiscoveryFilter({{"Transport", sdbus::Variant(std::string("le"))},
                        {"DuplicateData", sdbus::Variant(true)}});
}

/// Without a word: what comes next tells.
void BluezAdapter::end()
{
    retry_.stop();
    isListening_ = false;
    monitor_.reset();
    way_ = Listening::Not;
    // An attempt that is under way is ended by its answer.
    if (std::exchange(isCounted_, false))
        StopDiscovery();
}

void BluezAdapter::monitor()
{
    monitor_ = std::make_unique<BluezMonitor>(
        connection_,
        scheduler_,
        path_,
        wish_.patterns,
        BluezMonitor::Site{++monitors_,
                           [this] { succeed(); },
                           [this](const std::string& reason) { onMonitorRefused(reason); },
                           site_.onHeard});
}

void BluezAdapter::onMonitorRefused(const std::string& reason)
{
    log::notice("the Bluetooth adapter {ADAPTER} does not listen passively: {ERROR}; it listens "
                "actively",
                "ADAPTER",
                name_,
                "ERROR",
                reason);
    refusedPatterns_ = wish_.patterns;
    end();
    begin();
}

void BluezAdapter::cease(std::string reason)
{
    retry_.stop();
    isListening_ = false;
    reason_ = std::move(reason);
    site_.onChanged();
}

void BluezAdapter::succeed()
{
    isListening_ = true;
    reason_.clear();
    site_.onChanged();
}

void BluezAdapter::onSetDiscoveryFilterReply(bus::MaybeError error)
{
    if (way_ != Listening::Actively)
        return;
    if (error)
        refuse(*error);
    else
        StartDiscovery();
}

void BluezAdapter::onStartDiscoveryReply(bus::MaybeError error)
{
    if (way_ != Listening::Actively) {
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
    succeed();
}

void BluezAdapter::refuse(const sdbus::Error& error)
{
    cease(fmt::format("the Bluetooth adapter {} does not listen: {}", name_, error.getMessage()));
    retry_.start(retryPause);
}

} // namespace causeway::bridges::ble
