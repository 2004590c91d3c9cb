// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/lwm2m/codec/codec.hpp"
#include "agent/model/definition.hpp"

/// What the formats share that carry one value without its name: text, opaque, CBOR.
namespace causeway::lwm2m {

/// The one value to write; NotSupported when the target is not a single value.
[[nodiscard]] base::Expected<const model::Value*> singleValue(const model::Path& target,
                                                              std::span<const Record> records);

/// The definition that the one value must fit; NotSupported when the target is not one value.
[[nodiscard]] base::Expected<const model::ResourceDefinition*>
singleValueDefinition(const model::Path& target, const model::Definitions& definitions);

/// The value as decode() returns it: one Record.
[[nodiscard]] base::Expected<std::vector<Record>>
singleRecord(const model::Path& target,
             const model::ResourceDefinition& definition,
             const model::Value& value);

} // namespace causeway::lwm2m
