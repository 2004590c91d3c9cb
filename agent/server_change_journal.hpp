// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/server_change.hpp"
#include "agent/model/outcome.hpp"

namespace causeway::agent {

/// Writes into the journal what servers have done to one device, and what they were denied: of
/// that, once a minute for each server, path and code of the answer, and then the last of those
/// that were left out, with how many they were. Main thread; the scheduler outlives it.
class ServerChangeJournal
{
public:
    explicit ServerChangeJournal(base::Scheduler& scheduler);

    void tell(const std::string& device, const std::vector<lwm2m::ServerChange>& changes);

private:
    /// Whose it was, where, and the answer; server and path are empty for all that are too many.
    using Key = std::tuple<std::string, model::Path, model::OutcomeCode>;

    struct Denials
    {
        base::TimePoint quietUntil{};
        std::uint64_t untold = 0;
        std::string device;
        lwm2m::ServerChange last; ///< of those that are untold
    };

    void tellDenied(const std::string& device, const lwm2m::ServerChange& change);
    [[nodiscard]] Denials& denialsOf(const lwm2m::ServerChange& change);
    void tellUntold();

    base::Scheduler& scheduler_;
    std::map<Key, Denials> denials_; ///< each for its quiet minute
    base::Timer untold_;
};

} // namespace causeway::agent
