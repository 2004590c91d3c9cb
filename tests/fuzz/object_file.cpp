// SPDX-License-Identifier: Apache-2.0
#include "bridges/object_file.hpp"

#include <cstdlib>

#include "agent/base/bytes.hpp"

using namespace causeway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size)
{
    const auto objects = bridges::parseObjectFile(base::asText({octets, size}), "fuzzed.xml");
    if (!objects && !objects.error().message.starts_with("fuzzed.xml:"))
        std::abort();
    return 0;
}
