// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/server_change.hpp"

#include <utility>
#include <variant>

#include <fmt/format.h>

namespace causeway::lwm2m {

namespace {

/// A line of the journal is for people; a server may write megabytes.
constexpr std::size_t longestText = 80;

std::string shortened(std::string text)
{
    if (text.size() > longestText) {
        text.resize(longestText);
        text += "...";
    }
    return text;
}

std::string journalText(const model::Value& value)
{
    if (const auto* octets = std::get_if<base::Bytes>(&value))
        return fmt::format("{} octets", octets->size());
    return shortened(model::toText(value));
}

} // namespace

std::vector<ServerChange>
plannedChanges(const ObjectTree& tree, const std::string& server, const WritePlan& plan)
{
    const Object& object = *tree.find(plan.object);
    const auto before = [&](const model::Path& path) -> std::string {
        // A Resource Instance may be new, and what cannot be read is no business of the journal.
        if (!tree.contains(path) || !tree.operations(path).read)
            return "unknown";
        const auto sample = object.read(path);
        return sample ? journalText(sample->value) : "unknown";
    };
    std::vector<ServerChange> changes;
    changes.reserve(plan.values.size());
    for (const auto& [path, value] : plan.values)
        changes.push_back({server, path, before(path), journalText(value), {}, false});
    return changes;
}

ServerChange pieceChange(const std::string& server, const model::Path& path, std::uint64_t octets)
{
    return {server, path, "unknown", fmt::format("{} octets", octets), {}, false};
}

ServerChange removalChange(const std::string& server, const model::Path& path)
{
    return {server, path, "unknown", "removed", {}, false};
}

ServerChange
executeChange(const std::string& server, const model::Path& path, const std::string& arguments)
{
    return {server, path, {}, shortened(arguments), {}, true};
}

void conclude(std::vector<ServerChange>& changes, const model::Outcome& outcome)
{
    if (outcome.isSuccess())
        return;
    for (auto& change : changes)
        change.failure = outcome.diagnostic.empty() ? "refused" : outcome.diagnostic;
}

} // namespace causeway::lwm2m
