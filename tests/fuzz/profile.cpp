// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "agent/base/bytes.hpp"
#include "bridges/profile_file.hpp"

using namespace causeway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size)
{
    static const model::Definitions definitions = model::builtInDefinitions();
    const auto profile =
        bridges::parseProfile(base::asText({octets, size}), "fuzzed.toml", definitions);
    if (!profile && !profile.error().message.starts_with("fuzzed.toml:"))
        std::abort();
    return 0;
}
