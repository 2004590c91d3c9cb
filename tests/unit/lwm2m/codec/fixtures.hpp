// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string_view>
#include <vector>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/model/definition.hpp"

namespace causeway::lwm2m {

/// Object 3442 in the shape of the OMA test object: one Resource of each type, single and
/// multiple, beside the built-in definitions.
const model::Definitions& testDefinitions();

/// Octets from hex with spaces; the test ends when it is no hex.
base::Bytes hex(std::string_view digits);

std::ostream& operator<<(std::ostream& out, const Record& record);

/// All records as text, for messages: "/3/0/9=100 /3/0/6/0=1".
std::string show(const std::vector<Record>& records);

} // namespace causeway::lwm2m
