// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/server_change.hpp"

#include <utility>
#include <variant>

#include <fmt/format.h>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/execute_arguments.hpp"
#include "agent/lwm2m/request_path.hpp"

namespace causeway::lwm2m {

namespace {

/// A line of the journal is for people; a server may write megabytes.
constexpr std::size_t longestText = 80;

/// Of a Write that is denied nobody needs more, and it shall not cost more: a value of the longest
/// text and what a format puts around it.
constexpr std::size_t mostDecoded = 256;

std::string shortened(std::string text)
{
    if (text.size() > longestText) {
        text.resize(longestText);
        text += "...";
    }
    return text;
}

std::string inOctets(std::uint64_t count)
{
    return fmt::format("{} octets", count);
}

std::string journalText(const model::Value& value)
{
    if (const auto* octets = std::get_if<base::Bytes>(&value))
        return inOctets(octets->size());
    return shortened(model::toText(value));
}

std::string failureOf(const model::Outcome& outcome)
{
    return outcome.diagnostic.empty() ? "refused" : outcome.diagnostic;
}

// Keys and passwords are not for reading, nor is anything of the Security Object.
bool mayBeShown(const model::Definitions& definitions, const model::Path& resource)
{
    const auto* definition = definitions.find(resource.upTo(3));
    return definition != nullptr && definition->operations.read;
}

/// The one value of a Write, when there is but one and it may be shown.
std::optional<Record> onlyValue(const model::Definitions& definitions,
                                const api::Request& request,
                                const model::Path& target)
{
    if (!request.contentFormat || request.piece || request.payload.size() > mostDecoded)
        return std::nullopt;
    auto records = decode(*request.contentFormat, target, request.payload, definitions);
    if (!records || records->size() != 1 || !records->front().value ||
        !mayBeShown(definitions, records->front().path))
        return std::nullopt;
    return std::move(records->front());
}

// A Post to a Resource that has no instances is an Execute, whether it can be executed or not.
bool isExecuteAsked(const ObjectTree& tree, const api::Request& request, const model::Path& path)
{
    if (request.method != api::Method::Post || !path.isResource())
        return false;
    return !tree.isMultiple(path) || (tree.contains(path) && tree.operations(path).execute);
}

bool isWriteAsked(const api::Request& request, const model::Path& path)
{
    switch (request.method) {
    case api::Method::Put: // without a body it is Write-Attributes
        return !request.payload.empty() || request.contentFormat || request.query.empty();
    case api::Method::Post: // to an Object it is a Create
        return !path.isObject();
    case api::Method::Patch:
    case api::Method::IPatch:
        return true;
    default:
        return false;
    }
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
    return {server, path, "unknown", inOctets(octets), {}, false};
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

std::optional<ServerChange> deniedChange(const ObjectTree& tree,
                                         const model::Definitions& definitions,
                                         const std::string& server,
                                         const api::Request& request,
                                         const model::Outcome& why)
{
    const auto path = parseRequestPath(request.path).value_or(model::Path{});
    ServerChange change{server, path, "unknown", {}, failureOf(why), false, why.code};
    if (isExecuteAsked(tree, request, path)) {
        change.isExecute = true;
        change.before.clear();
        change.after = shortened(executeArgumentsOf(request));
    } else if (request.method == api::Method::Delete && path.isResourceInstance()) {
        change.after = "removed";
    } else if (!isWriteAsked(request, path)) {
        return std::nullopt;
    } else if (const auto value = onlyValue(definitions, request, path)) {
        change.path = value->path;
        change.after = journalText(*value->value);
    } else {
        change.after =
            inOctets((request.piece ? request.piece->offset : 0) + request.payload.size());
    }
    return change;
}

void conclude(std::vector<ServerChange>& changes, const model::Outcome& outcome)
{
    if (outcome.isSuccess())
        return;
    for (auto& change : changes)
        change.failure = failureOf(outcome);
}

} // namespace causeway::lwm2m
