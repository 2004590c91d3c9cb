// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/write_plan.hpp"
#include "agent/model/outcome.hpp"

namespace causeway::lwm2m {

/// What a server has done to one Resource, or tried to do: for the journal.
struct ServerChange
{
    std::string server; ///< its account's name
    model::Path path;
    std::string before;     ///< as text; "unknown" when nothing could be read
    std::string after;      ///< as text; of an Execute its arguments
    std::string failure;    ///< a sentence; empty after success
    bool isExecute = false; ///< which has nothing before
    /// The answer, when no Object was asked: a server can have such answers without end.
    std::optional<model::OutcomeCode> denial{};
};

/// The changes that a plan will make, before it makes them.
[[nodiscard]] std::vector<ServerChange>
plannedChanges(const ObjectTree& tree, const std::string& server, const WritePlan& plan);

/// A Write that comes in pieces, of which so many octets have come.
[[nodiscard]] ServerChange
pieceChange(const std::string& server, const model::Path& path, std::uint64_t octets);

/// A Resource Instance, or all of a multiple Resource, that is to go.
[[nodiscard]] ServerChange removalChange(const std::string& server, const model::Path& path);

[[nodiscard]] ServerChange
executeChange(const std::string& server, const model::Path& path, const std::string& arguments);

/// What a server wanted with a Write or Execute that was answered with `why` before any Object was
/// asked; nothing of other requests. Shows no value that may be a secret.
[[nodiscard]] std::optional<ServerChange> deniedChange(const ObjectTree& tree,
                                                       const model::Definitions& definitions,
                                                       const std::string& server,
                                                       const api::Request& request,
                                                       const model::Outcome& why);

/// Fills in how it ended.
void conclude(std::vector<ServerChange>& changes, const model::Outcome& outcome);

} // namespace causeway::lwm2m
