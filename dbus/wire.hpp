// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "agent/base/expected.hpp"
#include "dbus/values.hpp"

/// How each type that a settings field may have travels in a variant.
namespace causeway::dbus {

inline constexpr std::size_t mostText = 1024;   ///< a path, a URI; no settings text is longer
inline constexpr std::size_t mostOctets = 4096; ///< a certificate
inline constexpr std::size_t mostItems = 64;    ///< names in a list

/// An integer of any D-Bus width; nothing for other types. An unsigned one beyond 2^63 is cut to
/// it, which no field accepts either.
[[nodiscard]] std::optional<std::int64_t> integerOf(const sdbus::Variant& variant);

[[nodiscard]] inline tl::unexpected<base::Error> expectedInstead(std::string_view expected,
                                                                 const sdbus::Variant& value)
{
    return base::fail(
        base::ErrorKind::InvalidArgument,
        fmt::format("expected {}, got D-Bus type \"{}\"", expected, signatureOf(value)));
}

/// Specialised below for each type: type (for people), put, take.
template <typename Field>
struct Wire;

template <>
struct Wire<std::string>
{
    static constexpr std::string_view type = "s";

    static sdbus::Variant put(const std::string& text) { return sdbus::Variant(text); }

    static base::Expected<std::string> take(const sdbus::Variant& value)
    {
        if (signatureOf(value) != "s")
            return expectedInstead("a string (s)", value);
        auto text = value.get<std::string>();
        if (text.size() > mostText)
            return base::fail(base::ErrorKind::LimitExceeded,
                              fmt::format("at most {} octets", mostText));
        return text;
    }
};

template <>
struct Wire<bool>
{
    static constexpr std::string_view type = "b";

    static sdbus::Variant put(bool truth) { return sdbus::Variant(truth); }

    static base::Expected<bool> take(const sdbus::Variant& value)
    {
        if (signatureOf(value) != "b")
            return expectedInstead("a boolean (b)", value);
        return value.get<bool>();
    }
};

template <>
struct Wire<std::vector<std::string>>
{
    static constexpr std::string_view type = "as";

    static sdbus::Variant put(const std::vector<std::string>& texts)
    {
        return sdbus::Variant(texts);
    }

    static base::Expected<std::vector<std::string>> take(const sdbus::Variant& value)
    {
        if (signatureOf(value) != "as")
            return expectedInstead("a list of strings (as)", value);
        auto texts = value.get<std::vector<std::string>>();
        if (texts.size() > mostItems)
            return base::fail(base::ErrorKind::LimitExceeded,
                              fmt::format("at most {} items", mostItems));
        return texts;
    }
};

template <>
struct Wire<base::Bytes>
{
    static constexpr std::string_view type = "ay";

    static sdbus::Variant put(const base::Bytes& octets) { return sdbus::Variant(octets); }

    static base::Expected<base::Bytes> take(const sdbus::Variant& value)
    {
        // What may be absent is made so by an empty string.
        if (signatureOf(value) == "s" && value.get<std::string>().empty())
            return base::Bytes();
        if (signatureOf(value) != "ay")
            return expectedInstead("octets (ay)", value);
        auto octets = value.get<base::Bytes>();
        if (octets.size() > mostOctets)
            return base::fail(base::ErrorKind::LimitExceeded,
                              fmt::format("at most {} octets", mostOctets));
        return octets;
    }
};

template <typename Number>
concept Unsigned = std::is_unsigned_v<Number> && !std::is_same_v<Number, bool>;

template <Unsigned Number>
struct Wire<Number>
{
    static constexpr std::string_view type = sizeof(Number) == 1   ? "y"
                                             : sizeof(Number) == 2 ? "q"
                                                                   : "u";

    static sdbus::Variant put(Number number) { return sdbus::Variant(number); }

    static base::Expected<Number> take(const sdbus::Variant& value)
    {
        const auto number = integerOf(value);
        if (!number)
            return expectedInstead(expected(), value);
        if (*number < 0 || *number > largest)
            return base::fail(base::ErrorKind::InvalidArgument,
                              fmt::format("expected {}, got {}", range(), *number));
        return static_cast<Number>(*number);
    }

private:
    static constexpr std::int64_t largest = std::numeric_limits<Number>::max();

    static std::string range() { return fmt::format("an integer from 0 to {}", largest); }

    static std::string expected() { return fmt::format("{} ({})", range(), type); }
};

template <typename Rep, typename Period>
struct Wire<std::chrono::duration<Rep, Period>>
{
    using Duration = std::chrono::duration<Rep, Period>;
    static constexpr std::string_view type = "u";

    static sdbus::Variant put(Duration duration)
    {
        constexpr std::int64_t largest = std::numeric_limits<std::uint32_t>::max();
        return sdbus::Variant(
            static_cast<std::uint32_t>(std::clamp<std::int64_t>(duration.count(), 0, largest)));
    }

    static base::Expected<Duration> take(const sdbus::Variant& value)
    {
        return Wire<std::uint32_t>::take(value).map([](auto count) { return Duration(count); });
    }
};

/// Absent from the dictionary when there is none; an empty string takes it away.
template <typename Field>
struct Wire<std::optional<Field>>
{
    static constexpr std::string_view type = Wire<Field>::type;

    static base::Expected<std::optional<Field>> take(const sdbus::Variant& value)
    {
        if (signatureOf(value) == "s" && value.get<std::string>().empty())
            return std::optional<Field>();
        return Wire<Field>::take(value).map([](auto inside) { return std::optional(inside); });
    }
};

} // namespace causeway::dbus
