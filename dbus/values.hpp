// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bus_compat.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/model/sample.hpp"

/// LwM2M values and times as D-Bus carries them; the types are those of ReadResource in the XML.
namespace causeway::dbus {

using Dictionary = std::map<std::string, sdbus::Variant>;

/// Path, value, type, microseconds, quality: (svsts).
using BusSample =
    sdbus::Struct<std::string, sdbus::Variant, std::string, std::uint64_t, std::string>;

/// The D-Bus signature of what is inside.
[[nodiscard]] std::string signatureOf(const sdbus::Variant& variant);

[[nodiscard]] sdbus::Variant toVariant(const model::Value& value);
/// InvalidArgument for a D-Bus type that no LwM2M type has.
[[nodiscard]] base::Expected<model::Value> toValue(const sdbus::Variant& variant);

[[nodiscard]] BusSample toBusSample(const model::Sample& sample);
[[nodiscard]] std::vector<BusSample> toBusSamples(const std::vector<model::Sample>& samples);

/// As toBusSamples() appended, without a Variant of each: sdbus-c++ makes a message of its own for
/// every one, which is most of what a fleet of fast sensors costs.
void append(sdbus::Message& message, const std::vector<model::Sample>& samples);

[[nodiscard]] std::string_view toString(model::Quality quality);

/// Microseconds since 1970; 0 for what lies before.
[[nodiscard]] std::uint64_t toMicroseconds(base::WallTime time);

} // namespace causeway::dbus
