// SPDX-License-Identifier: Apache-2.0
#include "agent/device_register.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "agent/attached_device.hpp"
#include "agent/base/log.hpp"

namespace causeway::agent {

namespace {

/// Of the state to keep: "inventory/7" is the name of the device that has instance 7.
const std::string keyPrefix = "inventory/";

} // namespace

void DeviceRegister::add(const std::string& name, const AttachedDevice& device)
{
    attached_.insert_or_assign(name, &device);
    if (changed_)
        changed_();
}

void DeviceRegister::remove(const std::string& name)
{
    attached_.erase(name);
    if (changed_)
        changed_();
}

void DeviceRegister::show(const api::ClientState& kept, Keep keep, std::function<void()> changed)
{
    instances_.clear();
    for (const auto& [key, name] : kept) {
        model::Id id = model::maxId;
        const auto* const end = key.data() + key.size();
        if (key.starts_with(keyPrefix) &&
            std::from_chars(key.data() + keyPrefix.size(), end, id).ptr == end && id < mostDevices)
            instances_.emplace(id, name);
    }
    keep_ = std::move(keep);
    changed_ = std::move(changed);
    changed_();
}

void DeviceRegister::hide()
{
    keep_ = nullptr;
    changed_ = nullptr;
}

bool DeviceRegister::update()
{
    api::ClientState changes;
    std::set<std::string> unlisted;
    for (const auto& [name, device] : attached_)
        unlisted.insert(name);
    for (auto& [id, name] : std::map(instances_)) {
        if (unlisted.erase(name) > 0)
            continue;
        instances_.erase(id);
        changes[keyPrefix + std::to_string(id)].clear();
    }
    model::Id id = 0;
    for (const auto& name : unlisted) {
        while (instances_.contains(id))
            ++id;
        if (id >= mostDevices)
            break;
        instances_.emplace(id, name);
        changes[keyPrefix + std::to_string(id)] = name;
    }
    if (!isCut_ && attached_.size() > mostDevices)
        log::warning("Object 25 lists {COUNT} devices, and not all that are attached: more would "
                     "be too long for servers to register",
                     "COUNT",
                     mostDevices);
    isCut_ = attached_.size() > mostDevices;
    if (!changes.empty() && keep_)
        keep_(changes);
    return !changes.empty();
}

std::vector<model::Id> DeviceRegister::devices() const
{
    std::vector<model::Id> ids;
    ids.reserve(instances_.size());
    for (const auto& [id, name] : instances_)
        ids.push_back(id);
    return ids;
}

std::string DeviceRegister::deviceId(model::Id device) const
{
    const auto* attached = find(device);
    if (attached != nullptr)
        return attached->endpointName();
    const auto kept = instances_.find(device);
    return kept == instances_.end() ? std::string() : kept->second;
}

std::string DeviceRegister::objects(model::Id device) const
{
    const auto* attached = find(device);
    return attached == nullptr ? std::string() : attached->objectLinks();
}

const AttachedDevice* DeviceRegister::find(model::Id device) const
{
    const auto listed = instances_.find(device);
    if (listed == instances_.end())
        return nullptr;
    const auto attached = attached_.find(listed->second);
    return attached == attached_.end() ? nullptr : attached->second;
}

} // namespace causeway::agent
