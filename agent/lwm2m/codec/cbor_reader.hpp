// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/model/value.hpp"

namespace causeway::lwm2m {

/// One head of a CBOR item (RFC 8949 §3) with its argument; text and octets point into the payload.
struct CborToken
{
    enum class Kind : std::uint8_t {
        Unsigned, ///< argument
        Negative, ///< -1 - argument
        Octets,
        Text,
        Array, ///< argument entries
        Map,   ///< argument pairs
        OpenArray,
        OpenMap,
        OpenOctets,
        OpenText,
        Tag,
        Float,
        Boolean, ///< argument 0 or 1
        Null,
        Undefined,
        Break,
    };
    Kind kind = Kind::Null;
    std::uint64_t argument = 0;
    double number = 0;
    base::ByteView content;
};

/// Walks a payload that must outlive it, token by token: no tree, no recursion, and nothing is
/// allocated for a length that is only claimed.
class CborReader
{
public:
    explicit CborReader(base::ByteView payload)
        : rest_(payload)
    {}

    [[nodiscard]] bool isAtEnd() const { return rest_.empty(); }

    /// Corrupt when the payload ends early or holds what is no CBOR.
    [[nodiscard]] base::Expected<CborToken> next();

    /// An item that is no array, map or null. Tags 0 and 1 become Time; pieces of text are joined.
    [[nodiscard]] base::Expected<model::Value> scalar();
    [[nodiscard]] base::Expected<model::Value> scalar(const CborToken& first);

    /// Passes over the item that begins with `first`, whatever it is. LimitExceeded when more than
    /// `deepest` arrays and maps are inside each other.
    [[nodiscard]] base::Expected<void> skip(const CborToken& first, std::size_t deepest);

private:
    [[nodiscard]] base::Expected<base::Bytes> pieces(CborToken::Kind kind);
    [[nodiscard]] base::Expected<model::Value> taggedTime(std::uint64_t tag);

    base::ByteView rest_;
};

} // namespace causeway::lwm2m
