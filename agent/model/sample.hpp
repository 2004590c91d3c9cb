// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/base/scheduler.hpp"
#include "agent/model/path.hpp"
#include "agent/model/value.hpp"

namespace causeway::model {

/// IPSO resource 6042, Measurement Quality Indicator, in its own numbers.
enum class Quality : std::uint8_t {
    Unchecked = 0,
    RejectedCertain = 1,
    RejectedProbable = 2,
    Suspicious = 3,
    Accepted = 4,
};

/// One value and when it was taken at the device. Nothing of the field bus travels with it.
struct Sample
{
    Path path; ///< a Resource or a Resource Instance
    Value value;
    base::WallTime takenAt{};
    Quality quality = Quality::Accepted;
};

} // namespace causeway::model
