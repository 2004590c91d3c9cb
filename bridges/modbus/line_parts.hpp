// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/base/scheduler.hpp"
#include "bridges/modbus/framing.hpp"
#include "bridges/modbus/link.hpp"

namespace causeway::bridges::modbus {

/// What a Line is made of; changed as a whole when its settings change.
struct LineParts
{
    std::unique_ptr<Link> link;
    std::unique_ptr<Framing> framing;
    base::Duration responseTimeout{};
    bool hasQuarantine = true; ///< RTU: be quiet after a timeout, so that a late answer is not hit
    bool isRtuOverTcp = false; ///< a connection to a gateway that may have gone without a word
};

} // namespace causeway::bridges::modbus
