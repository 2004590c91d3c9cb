// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "dbus/values.hpp"

/// D-Bus values as JSON: octets as hexadecimal text, links as "66:0", the rest as JSON has it.
namespace causeway::dbus::ctl {

using Json = nlohmann::ordered_json;

[[nodiscard]] Json toJson(const sdbus::Variant& variant);
[[nodiscard]] Json toJson(const Dictionary& dictionary);
[[nodiscard]] Json toJson(const std::vector<Dictionary>& dictionaries);
[[nodiscard]] Json toJson(const BusSample& sample);

/// For people: like JSON, without the quotes of a text; lists with commas.
[[nodiscard]] std::string toText(const Json& json);

/// JSON that a terminal may have, too: what is not ASCII is escaped. Without an indent on one line.
[[nodiscard]] std::string toAscii(const Json& json, int indent = -1);

/// "2026-01-01T00:00:00Z" and milliseconds; "-" for 0.
[[nodiscard]] std::string timeText(std::uint64_t microseconds);

} // namespace causeway::dbus::ctl
