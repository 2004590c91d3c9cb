// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bluez_device.hpp"

#include <utility>

namespace causeway::bridges::ble {

namespace {

/// Core 5.4 Vol 4 Part E §7.3.11: a name has 248 octets.
constexpr std::size_t mostNameOctets = 248;
/// Several of them fit in no advertisement; who sends more, sends it to tire us.
constexpr std::size_t mostParts = 32;

template <typename Type>
std::optional<Type> get(const Properties& properties, const char* name)
{
    const auto found = properties.find(name);
    if (found == properties.end())
        return std::nullopt;
    return found->second.get<Type>();
}

/// BlueZ tells names that are not UTF-8 as it pleases; D-Bus would not carry them.
std::string nameIn(const Properties& properties, std::string known)
{
    auto name = get<std::string>(properties, "Name");
    if (!name || name->size() > mostNameOctets)
        return known;
    return std::move(*name);
}

std::vector<std::string> servicesIn(const Properties& properties, std::vector<std::string> known)
{
    const auto uuids = get<std::vector<std::string>>(properties, "UUIDs");
    if (!uuids)
        return known;
    std::vector<std::string> services;
    for (const auto& uuid : *uuids) {
        auto canonical = canonicalUuid(uuid);
        if (canonical && services.size() < mostParts)
            services.push_back(std::move(*canonical));
    }
    return services;
}

/// Each entry of a dictionary; `take` reads the value of its key and says whether it can.
template <typename Key, typename Take>
bool forEach(sdbus::Message& message, const char* array, const char* entry, Take take)
{
    message.enterContainer(array);
    while (message.enterDictEntry(entry)) {
        Key key{};
        message >> key;
        if (!take(key))
            return false;
        message.exitDictEntry();
    }
    message.clearFlags(); // the end is told as a failure
    message.exitContainer();
    return true;
}

template <typename Type>
Type readVariant(sdbus::Message& message, const char* signature)
{
    Type value{};
    message.enterVariant(signature);
    message >> value;
    message.exitVariant();
    return value;
}

template <typename Key>
void readParts(sdbus::Message& message,
               const char* variant,
               const char* array,
               const char* entry,
               std::vector<std::pair<Key, base::Bytes>>& parts)
{
    message.enterVariant(variant);
    forEach<Key>(message, array, entry, [&](Key& key) {
        auto octets = readVariant<base::Bytes>(message, "ay");
        if (parts.size() < mostParts)
            parts.emplace_back(std::move(key), std::move(octets));
        return true;
    });
    message.exitVariant();
}

} // namespace

std::optional<Advertisement> plainAdvertisementIn(sdbus::Message& message,
                                                  const BluezDevice& device)
{
    Advertisement heard{device.address, device.name, {}, {}, {}, device.services};
    bool isAny = false;
    const bool isPlain = forEach<std::string>(message, "{sv}", "sv", [&](const std::string& name) {
        isAny = true;
        if (name == "RSSI")
            heard.rssi = readVariant<std::int16_t>(message, "n");
        else if (name == "ManufacturerData")
            readParts(message, "a{qv}", "{qv}", "qv", heard.manufacturerData);
        else if (name == "ServiceData")
            readParts(message, "a{sv}", "{sv}", "sv", heard.serviceData);
        else
            return false;
        return true;
    });
    return isPlain && isAny ? std::optional(std::move(heard)) : std::nullopt;
}

std::optional<BluezDevice> deviceIn(const Properties& properties)
{
    const auto text = get<std::string>(properties, "Address");
    auto address = text ? canonicalAddress(*text) : std::nullopt;
    if (!address)
        return std::nullopt;
    return BluezDevice{std::move(*address), nameIn(properties, {}), servicesIn(properties, {})};
}

std::optional<Advertisement> advertisementIn(const Properties& properties, BluezDevice& device)
{
    device.name = nameIn(properties, std::move(device.name));
    device.services = servicesIn(properties, std::move(device.services));
    const auto manufacturerData =
        get<std::map<std::uint16_t, sdbus::Variant>>(properties, "ManufacturerData");
    const auto serviceData = get<std::map<std::string, sdbus::Variant>>(properties, "ServiceData");
    const auto rssi = get<std::int16_t>(properties, "RSSI");
    if (!manufacturerData && !serviceData && !rssi)
        return std::nullopt;
    Advertisement advertisement{device.address, device.name, rssi, {}, {}, device.services};
    for (const auto& [company, data] :
         manufacturerData.value_or(decltype(manufacturerData)::value_type{})) {
        if (advertisement.manufacturerData.size() < mostParts)
            advertisement.manufacturerData.emplace_back(company, data.get<base::Bytes>());
    }
    for (const auto& [uuid, data] : serviceData.value_or(decltype(serviceData)::value_type{})) {
        if (advertisement.serviceData.size() < mostParts)
            advertisement.serviceData.emplace_back(uuid, data.get<base::Bytes>());
    }
    return advertisement;
}

} // namespace causeway::bridges::ble
