// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/server_change.hpp"
#include "agent/model/outcome.hpp"

namespace causeway::agent {

/// Writes into the journal what servers have done to one device, and what they were denied: of
/// that, once a minute for each code of the answer, with how many were left out before. Main
/// thread; the scheduler outlives it.
class ServerChangeJournal
{
public:
    explicit ServerChangeJournal(base::Scheduler& scheduler);

    void tell(const std::string& device, const std::vector<lwm2m::ServerChange>& changes);

private:
    struct Denials
    {
        base::TimePoint quietUntil{};
        std::uint64_t untold = 0;
    };

    void tellDenied(const std::string& device, const lwm2m::ServerChange& change);

    base::Scheduler& scheduler_;
    std::map<model::OutcomeCode, Denials> denials_; ///< a handful: servers do not choose the keys
};

} // namespace causeway::agent
