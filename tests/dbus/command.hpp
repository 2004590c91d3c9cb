// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace causeway::tests {

/// A program run to its end: what it said, and how it ended.
struct Finished
{
    int exitCode = -1; ///< 128 and the signal when one killed it
    std::string output;
    std::string errors;
};

using Environment = std::vector<std::pair<std::string, std::string>>;

/// Runs it with `input` on standard input; kills it after ten seconds.
[[nodiscard]] Finished run(const std::vector<std::string>& command,
                           const std::string& input = {},
                           const Environment& environment = {});

} // namespace causeway::tests
