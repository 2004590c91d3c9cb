// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "agent/base/expected.hpp"

namespace causeway::base {

/// Everything in a file that an operator keeps: a profile, an object definition, a certificate. A
/// named pipe or a device in its place keeps nobody waiting. Any thread.
/// Errors, each with the file's name in front: NotFound when it cannot be opened or read,
/// InvalidArgument for no regular file, LimitExceeded for more than that many octets.
[[nodiscard]] Expected<std::string> readWholeFile(const std::filesystem::path& file,
                                                  std::size_t mostOctets);

} // namespace causeway::base
