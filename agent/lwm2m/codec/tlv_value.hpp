// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/model/value.hpp"

namespace causeway::lwm2m {

/// The octets of a value in TLV: big-endian, the shortest width that keeps it exact.
[[nodiscard]] base::Bytes tlvOctets(const model::Value& value);

/// The inverse for a known type; InvalidArgument when the length is none of the type's.
[[nodiscard]] base::Expected<model::Value> tlvValue(model::ResourceType type,
                                                    base::ByteView octets);

} // namespace causeway::lwm2m
