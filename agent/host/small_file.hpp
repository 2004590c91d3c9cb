// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace causeway::host {

/// What /proc, /sys and /etc say, at most 64 KiB of it; empty when it cannot be read. No such file
/// waits for a disk or a peer. Thread-safe.
[[nodiscard]] std::string readSmallFile(const std::filesystem::path& file);

/// Its first line without blanks at the ends, or NUL (device tree); empty when it is no printable
/// UTF-8 or longer than an operator would read.
[[nodiscard]] std::string readLine(const std::filesystem::path& file);

/// The words of each line, in their order.
[[nodiscard]] std::vector<std::vector<std::string>> readWords(const std::filesystem::path& file);

} // namespace causeway::host
