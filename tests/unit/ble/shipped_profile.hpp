// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bridges/ble/frame_decoder.hpp"
#include "bridges/profile_file.hpp"

namespace causeway::tests {

/// A profile as it is installed.
inline std::shared_ptr<const bridges::DeviceProfile> shippedProfile(const std::string& name)
{
    static const model::Definitions definitions = model::builtInDefinitions();
    const std::filesystem::path directory = std::getenv("CAUSEWAY_PROFILES");
    auto profile = bridges::readProfile(directory / (name + ".toml"), definitions, {directory});
    if (!profile)
        throw std::runtime_error(profile.error().message);
    return std::make_shared<const bridges::DeviceProfile>(std::move(*profile));
}

inline base::Bytes octets(std::string_view hexadecimal)
{
    return base::fromHex(hexadecimal).value();
}

/// What such a device sends when its payload is this.
inline bridges::ble::Advertisement frame(const bridges::DeviceProfile& profile,
                                         std::string_view payload)
{
    bridges::ble::Advertisement advertisement{"54:48:E6:8F:80:A5", {}, std::int16_t{-60}, {}, {}};
    if (const auto company = profile.advertisement.company)
        advertisement.manufacturerData.emplace_back(*company, octets(payload));
    else
        advertisement.serviceData.emplace_back(profile.advertisement.service, octets(payload));
    return advertisement;
}

/// Path to text of all that one payload holds.
inline std::map<std::string, std::string> decoded(const bridges::DeviceProfile& profile,
                                                  std::string_view payload,
                                                  base::ByteView key = {},
                                                  const std::string& address = {})
{
    namespace ble = bridges::ble;
    auto advertisement = frame(profile, payload);
    if (!address.empty())
        advertisement.address = address;
    const auto found = ble::payloadIn(profile.advertisement, advertisement);
    if (!found)
        return {{"", "no such format"}};
    const auto plain = ble::openPayload(profile.advertisement, *found, advertisement.address, key);
    if (!plain)
        return {{"", plain.error().message}};
    std::vector<ble::Source> sources;
    std::vector<std::string> paths;
    for (const auto& mapping : profile.mappings) {
        if (!mapping.source)
            continue;
        sources.push_back(*mapping.source);
        paths.push_back(mapping.resource.path.toString());
    }
    const auto content = ble::decodeFrame(profile.advertisement, sources, plain->octets);
    if (!content)
        return {{"", content.error().message}};
    std::map<std::string, std::string> values;
    for (const auto& [source, value] : content->values)
        values.emplace(paths[source], model::toText(value));
    return values;
}

} // namespace causeway::tests
