// SPDX-License-Identifier: Apache-2.0
#include "agent/base/machine_id.hpp"

#include <systemd/sd-id128.h>

namespace causeway::base {

std::string machineSerial()
{
    // Ours, and never another: a machine keeps its number over all versions.
    constexpr const char* application = "6f0d1b52a43e4c7b9a612ce85790f34d";
    sd_id128_t ours{};
    sd_id128_t id{};
    if (::sd_id128_from_string(application, &ours) < 0 ||
        ::sd_id128_get_machine_app_specific(ours, &id) < 0)
        return {};
    char text[SD_ID128_STRING_MAX];
    return ::sd_id128_to_string(id, text);
}

} // namespace causeway::base
