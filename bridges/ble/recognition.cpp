// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/recognition.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include "bridges/ble/frame_decoder.hpp"

namespace causeway::bridges::ble {

namespace {

struct Fit
{
    std::size_t values = 0; ///< that its frames hold
    std::size_t unused = 0; ///< that the profile would hold besides

    [[nodiscard]] bool isBetterThan(const Fit& other) const
    {
        return std::tuple(values, other.unused) > std::tuple(other.values, unused);
    }
};

/// What a device would tell once it is connected, nobody knows: whatever shows a value is better,
/// and a name is better than a service, which many models have; the Battery Service nearly all.
std::optional<Fit> fitOf(const GattFormat& format, const Advertisement& heard)
{
    constexpr std::size_t byName = 10'000;
    constexpr std::size_t byService = 20'000;
    constexpr std::size_t byBattery = 30'000;
    static const std::string batteryService = canonicalUuid("180f").value();
    if (!format.namePrefix.empty() && heard.name.starts_with(format.namePrefix))
        return Fit{0, byName};
    const auto& services = heard.services;
    if (!format.advertises.empty() &&
        std::ranges::find(services, format.advertises) != services.end())
        return Fit{0, format.advertises == batteryService ? byBattery : byService};
    return std::nullopt;
}

/// Its owner knows the key. What nobody can read may be anything: the profile with most fits best.
Fit sealedFit(std::size_t sources)
{
    constexpr std::size_t most = 1'000; // fewer than what only a name or a service speaks for
    return {0, most - std::min(sources, most)};
}

/// Of what a device sends in several frames each counts.
std::optional<Fit> fitOf(const DeviceProfile& profile, const Advertisement& heard)
{
    if (profile.gatt)
        return fitOf(*profile.gatt, heard);
    if (profile.bridge != "ble")
        return std::nullopt;
    std::vector<Source> sources;
    for (const ResourceMapping& mapping : profile.mappings) {
        if (mapping.source && !mapping.source->isSignalStrength)
            sources.push_back(*mapping.source);
    }
    std::set<std::size_t> told;
    bool isSealed = false;
    for (const base::ByteView payload : payloadsIn(profile.advertisement, heard)) {
        const auto plain = openPayload(profile.advertisement, payload, heard.address, {});
        isSealed = isSealed || (!plain && plain.error().kind == base::ErrorKind::Refused);
        if (!plain)
            continue;
        const auto frame = decodeFrame(profile.advertisement, sources, plain->octets);
        for (std::size_t i = 0; frame && i < frame->values.size(); ++i)
            told.insert(frame->values[i].first);
    }
    if (told.empty())
        return isSealed ? std::optional(sealedFit(sources.size())) : std::nullopt;
    return Fit{told.size(), sources.size() - told.size()};
}

} // namespace

std::string suggestProfile(const std::vector<std::shared_ptr<const DeviceProfile>>& profiles,
                           const Advertisement& heard)
{
    std::string best;
    std::optional<Fit> bestFit;
    for (const auto& profile : profiles) {
        const auto fit = fitOf(*profile, heard);
        if (fit && (!bestFit || fit->isBetterThan(*bestFit))) {
            best = profile->name;
            bestFit = fit;
        }
    }
    return best;
}

} // namespace causeway::bridges::ble
