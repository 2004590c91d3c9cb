// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace causeway::base {

/// 32 hexadecimal digits that are this machine's as long as its /etc/machine-id, which cannot be
/// told from them (sd_id128_get_machine_app_specific(3)); empty when it has none.
[[nodiscard]] std::string machineSerial();

} // namespace causeway::base
