// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <optional>

#include "agent/base/expected.hpp"
#include "bridges/modbus/point.hpp"

/// The bits of a register value as a number, before it is scaled, and back. Pure.
namespace causeway::bridges::modbus {

/// Whole numbers as they are, so that 64 bits lose nothing.
struct Whole
{
    bool isNegative = false;
    std::uint64_t bits = 0;

    [[nodiscard]] double asDouble() const
    {
        return isNegative ? static_cast<double>(std::bit_cast<std::int64_t>(bits))
                          : static_cast<double>(bits);
    }
};

/// How many bits count: those of the field, or all; 0 for a text.
[[nodiscard]] unsigned bitsOf(const Encoding& encoding);

/// So many ones; 64 at most.
[[nodiscard]] std::uint64_t onesBelow(unsigned bits);

/// The field's bits of `raw`, moved down; all bits when the encoding has no field.
[[nodiscard]] std::uint64_t fieldOf(const Encoding& encoding, std::uint64_t raw);

/// The whole number in `raw`; nothing when it is none: a decimal digit above 9.
[[nodiscard]] std::optional<Whole> wholeOf(const Encoding& encoding, std::uint64_t raw);

/// The floating number in `raw`, which may be NaN or infinite. A number of less than 64 bits is
/// given in its shortest decimal form: 230.1, not 230.10000610351562.
[[nodiscard]] double floatOf(RawType type, std::uint64_t raw);

/// The number in `raw` by an encoding that hasExponent(); NaN when it says that it is none.
[[nodiscard]] double exponentialOf(const Encoding& encoding, std::uint64_t raw);

/// The bits that stand for `number`, moved to the field's place; InvalidArgument when it does not
/// fit.
[[nodiscard]] base::Expected<std::uint64_t> rawOf(const Encoding& encoding, double number);

} // namespace causeway::bridges::modbus
