// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/recognition.hpp"

#include <optional>
#include <tuple>

#include "bridges/ble/frame_decoder.hpp"

namespace causeway::bridges::ble {

namespace {

struct Fit
{
    std::size_t values = 0; ///< that the frame holds
    std::size_t unused = 0; ///< that the profile would hold besides

    [[nodiscard]] bool isBetterThan(const Fit& other) const
    {
        return std::tuple(values, other.unused) > std::tuple(other.values, unused);
    }
};

std::optional<Fit> fitOf(const DeviceProfile& profile, const Advertisement& heard)
{
    const auto payload = payloadIn(profile.advertisement, heard);
    if (profile.bridge != "ble" || !payload)
        return std::nullopt;
    std::vector<Source> sources;
    for (const ResourceMapping& mapping : profile.mappings) {
        if (mapping.source && !mapping.source->isSignalStrength)
            sources.push_back(*mapping.source);
    }
    const auto plain = openPayload(profile.advertisement, *payload, heard.address, {});
    if (!plain) // its owner knows the key
        return plain.error().kind == base::ErrorKind::Refused
                   ? std::optional(Fit{0, sources.size()})
                   : std::nullopt;
    const auto frame = decodeFrame(profile.advertisement, sources, plain->octets);
    if (!frame || frame->values.empty())
        return std::nullopt;
    return Fit{frame->values.size(), sources.size() - frame->values.size()};
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
