// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/known_devices.hpp"

#include <utility>

namespace causeway::bridges::ble {

KnownDevices::KnownDevices(std::size_t most, IsAttached isAttached)
    : most_(most)
    , isAttached_(std::move(isAttached))
{}

KnownDevices::Admission KnownDevices::take(const std::string& path, BluezDevice device)
{
    Admission admission{true, {}};
    if (isFull() && !devices_.contains(path)) {
        if (!isAttached_(device.address))
            return {};
        admission.evicted = evictStranger();
    }
    devices_.insert_or_assign(path, Known{std::move(device), ++heard_});
    return admission;
}

/// Seldom: each of the attached devices needs it once.
std::optional<std::string> KnownDevices::evictStranger()
{
    auto longest = devices_.end();
    for (auto entry = devices_.begin(); entry != devices_.end(); ++entry) {
        const bool isLonger =
            longest == devices_.end() || entry->second.heard < longest->second.heard;
        if (isLonger && !isAttached_(entry->second.device.address))
            longest = entry;
    }
    if (longest == devices_.end())
        return std::nullopt;
    return devices_.extract(longest).key();
}

BluezDevice* KnownDevices::find(const std::string& path)
{
    const auto found = devices_.find(path);
    return found == devices_.end() ? nullptr : &found->second.device;
}

BluezDevice* KnownDevices::hear(const std::string& path)
{
    const auto found = devices_.find(path);
    if (found == devices_.end())
        return nullptr;
    found->second.heard = ++heard_;
    return &found->second.device;
}

void KnownDevices::erase(const std::string& path)
{
    devices_.erase(path);
}

void KnownDevices::clear()
{
    devices_.clear();
}

} // namespace causeway::bridges::ble
