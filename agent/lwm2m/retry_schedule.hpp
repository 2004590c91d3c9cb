// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "agent/api/settings.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::lwm2m {

/// Ten to fifty per cent more, never less: each `seed` its own share, so that many clients of one
/// server do not come back in the same instant.
[[nodiscard]] base::Duration spread(base::Duration delay, const std::string& seed);

/// Whether a server that has had a client for so long has done it a service: when the session ends
/// then, it is lost, and not another attempt that failed.
[[nodiscard]] bool isService(const api::ServerSettings& settings, base::Duration served);

/// Counts failed attempts and says how long to wait: LwM2M Core §6.2.1.2 with the resources 17 to
/// 20 of the Server Object. Pure but for its two counters.
class RetrySchedule
{
public:
    void reset();
    /// The next failure is the last one.
    void useUp();

    /// True: there is another attempt, after wait(). False: after pause() a new first sequence.
    [[nodiscard]] bool countFailure(const api::ServerSettings& settings);
    [[nodiscard]] base::Duration wait(const api::ServerSettings& settings) const;
    [[nodiscard]] base::Duration pause(const api::ServerSettings& settings) const;

private:
    std::uint32_t attempts_ = 0;  ///< failed ones of this sequence
    std::uint32_t sequences_ = 0; ///< used up
    bool isUsedUp_ = false;
};

} // namespace causeway::lwm2m
