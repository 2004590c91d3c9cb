// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/model/path.hpp"

namespace causeway::model {

/// The data types of LwM2M Core appendix C. None is the type of executable Resources.
enum class ResourceType : std::uint8_t {
    String,
    Integer,
    UnsignedInteger,
    Float,
    Boolean,
    Opaque,
    Time,
    ObjectLink,
    CoreLink,
    None
};

/// Seconds since 1970-01-01T00:00:00Z, may be negative.
struct Time
{
    std::int64_t seconds = 0;
    auto operator<=>(const Time&) const = default;
};

/// MAX_ID:MAX_ID is the null link.
struct ObjectLink
{
    Id object = maxId;
    Id instance = maxId;
    auto operator<=>(const ObjectLink&) const = default;
};

/// Link-format text (RFC 6690).
struct CoreLink
{
    std::string text;
    auto operator<=>(const CoreLink&) const = default;
};

/// One Resource or Resource Instance value; the alternative tells the type.
using Value = std::variant<std::string,
                           std::int64_t,
                           std::uint64_t,
                           double,
                           bool,
                           base::Bytes,
                           Time,
                           ObjectLink,
                           CoreLink>;

[[nodiscard]] ResourceType typeOf(const Value& value);
/// "String", "Unsigned Integer", … as the standard writes them.
[[nodiscard]] std::string_view toString(ResourceType type);

/// For people and for D-Bus: 230.1, true, 66:0, hex for opaque. Floats in the shortest exact form.
[[nodiscard]] std::string toText(const Value& value);

/// The inverse of toText for a known type; the error says what was expected.
[[nodiscard]] base::Expected<Value> fromText(ResourceType type, std::string_view text);

/// The same quantity in another type when nothing is lost: 5 -> 5.0, 5.0 -> 5, 5 -> Time.
/// The error names both types. Codecs whose format knows fewer types than LwM2M use it.
[[nodiscard]] base::Expected<Value> convert(const Value& value, ResourceType type);

/// For gt, lt, st: Integer, Unsigned Integer, Float and Time have a number, others have none.
[[nodiscard]] std::optional<double> asNumber(const Value& value);

} // namespace causeway::model
