// SPDX-License-Identifier: Apache-2.0
#include "agent/base/door.hpp"

#include "agent/base/log.hpp"

namespace causeway::base {

void reportAtDoor(std::string_view where, const std::exception& error) noexcept
{
    try {
        log::err("{DOOR}: {ERROR}, going on without it; please report this fault of the program",
                 "DOOR",
                 where,
                 "ERROR",
                 error.what());
    } catch (const std::exception&) {
        // No memory for the sentence: the work goes on without it.
        return;
    }
}

} // namespace causeway::base
