// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "agent/base/bytes.hpp"

namespace causeway::tests {

/// The first file below `directory` that has the octets in it, as they are, in hexadecimal digits
/// or in Base64 at any alignment; empty when there is none.
std::string fileShowing(const std::filesystem::path& directory, base::ByteView octets);

} // namespace causeway::tests
