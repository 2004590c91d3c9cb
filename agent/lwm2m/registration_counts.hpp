// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace causeway::lwm2m {

/// What one registration has done since its client started; shown to operators.
struct RegistrationCounts
{
    std::uint32_t registrations = 0;
    std::uint32_t updates = 0;
    std::uint32_t requests = 0;
    std::uint32_t notifications = 0;
    std::uint32_t failures = 0;
    std::uint32_t sessions = 0;
};

} // namespace causeway::lwm2m
