// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/listening.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "bridges/ble/advertisement.hpp"
#include "bridges/device_profile.hpp"

namespace causeway::bridges::ble {

namespace {

// Assigned Numbers §2.3, Common Data Types.
constexpr std::uint8_t serviceData16 = 0x16;
constexpr std::uint8_t serviceData128 = 0x21;
constexpr std::uint8_t manufacturerData = 0xFF;

/// Of a pattern in Linux 6.1: more than a legacy advertisement holds nobody compares.
constexpr std::size_t mostOctets = 31;
/// HCI_MAX_ADV_MONITOR_NUM_PATTERNS of Linux 6.1.
constexpr std::size_t mostPatterns = 16;

/// The lowest octet first, as in the air.
base::Bytes uuidOctets(std::string_view uuid)
{
    std::string digits(uuid);
    std::erase(digits, '-');
    auto octets = base::fromHex(digits).value_or(base::Bytes());
    std::ranges::reverse(octets);
    return octets;
}

Pattern patternOf(const AdvertisementFormat& format)
{
    Pattern pattern{manufacturerData, {}};
    if (format.company) {
        pattern.octets = {static_cast<std::uint8_t>(*format.company & 0xFFU),
                          static_cast<std::uint8_t>(*format.company >> 8U)};
    } else {
        pattern.octets = uuidOctets(shortUuid(format.service));
        pattern.kind = pattern.octets.size() == 2 ? serviceData16 : serviceData128;
    }
    const auto room = mostOctets - pattern.octets.size();
    std::ranges::copy_n(format.prefix.begin(),
                        static_cast<std::ptrdiff_t>(std::min(room, format.prefix.size())),
                        std::back_inserter(pattern.octets));
    return pattern;
}

} // namespace

std::string_view toString(Listening listening)
{
    switch (listening) {
    case Listening::Not:
        break;
    case Listening::Passively:
        return "passively";
    case Listening::Actively:
        return "actively";
    }
    return "not";
}

std::vector<Pattern> patternsOf(const std::vector<std::shared_ptr<const DeviceProfile>>& profiles)
{
    std::vector<Pattern> patterns;
    for (const auto& profile : profiles) {
        if (!profile->advertisement.isHeardPassively)
            return {};
        auto pattern = patternOf(profile->advertisement);
        if (std::ranges::find(patterns, pattern) == patterns.end())
            patterns.push_back(std::move(pattern));
        if (patterns.size() > mostPatterns)
            return {};
    }
    return patterns;
}

} // namespace causeway::bridges::ble
