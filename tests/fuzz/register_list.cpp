// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/register_list.hpp"

#include <cstdlib>

#include "agent/base/bytes.hpp"

using namespace causeway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size)
{
    const auto profile =
        dbus::ctl::importRegisterList(base::asText({octets, size}), "fuzzed \"\\ title");
    // Whatever the list holds, no cell breaks out of its text.
    if (profile && profile->resources == 0 &&
        profile->text.find("[[resource]]") != std::string::npos)
        std::abort();
    return 0;
}
