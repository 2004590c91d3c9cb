// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/model/path.hpp"

namespace causeway::lwm2m {

/// Bits 7 and 6 of the type octet (LwM2M Core table 7.4.4-1).
enum class TlvKind : std::uint8_t {
    ObjectInstance = 0,
    ResourceInstance = 1,
    MultipleResource = 2,
    Resource = 3
};

/// One element; the value points into the payload.
struct TlvItem
{
    TlvKind kind = TlvKind::Resource;
    model::Id id = 0;
    base::ByteView value;
};

/// Takes one element after the other from a payload that must outlive it.
class TlvReader
{
public:
    explicit TlvReader(base::ByteView payload)
        : rest_(payload)
    {}

    [[nodiscard]] bool isAtEnd() const { return rest_.empty(); }

    /// Only when not at the end. Corrupt when the element does not fit in what is left.
    [[nodiscard]] base::Expected<TlvItem> next();

private:
    [[nodiscard]] base::Expected<std::uint32_t> number(std::size_t octets);

    base::ByteView rest_;
};

/// LimitExceeded when the value does not fit into 24 bits of length.
[[nodiscard]] base::Expected<void>
appendTlv(base::Bytes& out, TlvKind kind, model::Id id, base::ByteView value);

} // namespace causeway::lwm2m
