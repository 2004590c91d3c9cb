// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/bytes.hpp"
#include "agent/model/value.hpp"

namespace causeway::lwm2m {

/// Appends CBOR items in their shortest form (RFC 8949 §4.2.1).
class CborWriter
{
public:
    CborWriter();

    void integer(std::int64_t number);
    void unsignedInteger(std::uint64_t number);
    void floating(double number);
    void boolean(bool truth);
    void text(std::string_view text);
    void octets(base::ByteView octets);
    void array(std::size_t entries);
    void map(std::size_t pairs);
    void tag(std::uint64_t number);

    /// A Resource's value as LwM2M Core §7.4.1 maps it; Objlnk becomes text.
    void value(const model::Value& value);

    [[nodiscard]] base::Bytes take() && { return std::move(out_); }

private:
    template <typename Encode, typename... Arguments>
    void append(Encode encode, Arguments... arguments);

    base::Bytes out_;
};

} // namespace causeway::lwm2m
