// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"

namespace causeway::bridges {
struct DeviceProfile;
} // namespace causeway::bridges

/// How adapters listen, and what for.
namespace causeway::bridges::ble {

/// Passively an adapter only listens. Actively it asks each device for more, which costs that
/// device its battery.
enum class Listening : std::uint8_t { Not, Passively, Actively };

[[nodiscard]] std::string_view toString(Listening listening);

/// How a part of an advertisement begins.
struct Pattern
{
    std::uint8_t kind = 0; ///< of the part: Core Specification Supplement, Part A
    base::Bytes octets;

    bool operator==(const Pattern&) const = default;
};

/// What adapters shall do.
struct ListeningWish
{
    bool isWanted = false;
    /// All that has to be heard; with none an adapter listens to everything, actively.
    std::vector<Pattern> patterns;

    bool operator==(const ListeningWish&) const = default;
};

/// What devices of these profiles send. Nothing when one of them cannot be heard passively, or when
/// they are too many.
[[nodiscard]] std::vector<Pattern>
patternsOf(const std::vector<std::shared_ptr<const DeviceProfile>>& profiles);

} // namespace causeway::bridges::ble
