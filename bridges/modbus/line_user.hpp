// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/api/settings.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::bridges::modbus {

/// Who has a unit on a Line, and wants to know when the Line comes and goes.
class LineUser
{
public:
    virtual ~LineUser() = default;

    virtual void onLineUp() = 0;
    virtual void onLineDown(const std::string& reason) = 0;
};

/// What one unit wants otherwise than its Line.
struct UnitTerms
{
    std::optional<base::Duration> responseTimeout;
    base::Duration silence{};      ///< before each request to it, besides the Line's own
    api::SerialMode serial{};      ///< how it speaks, when not as its Line
    std::uint16_t outstanding = 1; ///< requests that its server takes at once, on Modbus TCP
    /// Its connection is closed when nothing was asked over it for so long; zero: it stays.
    base::Duration idleTimeout{};
};

} // namespace causeway::bridges::modbus
