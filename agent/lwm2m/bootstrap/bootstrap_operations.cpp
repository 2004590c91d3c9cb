// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/bootstrap/bootstrap_operations.hpp"

#include <map>
#include <utility>

#include "agent/lwm2m/codec/link_format.hpp"
#include "agent/lwm2m/object_links.hpp"
#include "agent/lwm2m/outcome_text.hpp"
#include "agent/lwm2m/request_path.hpp"
#include "agent/lwm2m/write_plan.hpp"

namespace causeway::lwm2m {

using api::Request;
using api::Response;
using model::Id;
using model::OutcomeCode;
using model::Path;

namespace {

constexpr Id deviceObject = 3;

// Objects 0 to 2 with keys and certificates fit in; more is no account.
constexpr std::size_t longestWrite = std::size_t{32} * 1024;

bool isStaged(const Path& path)
{
    return path.isRoot() || path.object() <= accessControlObjectId;
}

Response done(OutcomeCode code)
{
    Response response;
    response.code = code;
    return response;
}

Response content(api::ContentFormat format, base::Bytes payload)
{
    Response response;
    response.contentFormat = format;
    response.payload = std::move(payload);
    return response;
}

std::vector<Link> stagedLinks(const StagedObjects& staged, Id object)
{
    std::vector<Link> links;
    for (const auto& [id, instance] : staged.instances(object)) {
        Link& link = links.emplace_back();
        link.path = {object, id};
        const bool isBootstrap = object == securityObjectId && staged.bootstrapInstance() == id;
        if (object == accessControlObjectId || isBootstrap)
            continue;
        if (const auto server = staged.shortServerId(link.path))
            link.shortServerId = static_cast<std::uint16_t>(*server);
        const auto* uri = object == securityObjectId ? instance.find(link.path.child(0)) : nullptr;
        if (uri != nullptr)
            link.serverUri = std::get<std::string>(*uri);
    }
    return links;
}

std::vector<Link> linksOf(const Object& object)
{
    std::vector<Link> links;
    const auto& definition = object.definition();
    const auto instances = object.instances();
    if (instances.empty() || definition.version != "1.0") {
        Link& link = links.emplace_back();
        link.path = {definition.id};
        if (definition.version != "1.0")
            link.version = definition.version;
    }
    for (const Id id : instances)
        links.emplace_back().path = {definition.id, id};
    return links;
}

} // namespace

Response BootstrapOperations::perform(StagedObjects& staged, const Request& request) const
{
    auto response = answer(staged, request);
    return response ? *std::move(response) : toResponse(response.error());
}

BootstrapOperations::Answer BootstrapOperations::answer(StagedObjects& staged,
                                                        const Request& request) const
{
    const auto target = parseRequestPath(request.path);
    if (!target)
        return tl::unexpected(target.error());
    const bool isKnown = isStaged(*target) || tree_.find(target->object()) != nullptr;
    if (!isKnown)
        return refusal(OutcomeCode::NotFound, "no such Object");
    switch (request.method) {
    case api::Method::Get:
        return request.accept == linkFormat ? discover(staged, *target)
                                            : read(staged, *target, request.accept);
    case api::Method::Put:
        return write(staged, *target, request);
    case api::Method::Delete:
        return remove(staged, *target);
    default:
        return refusal(OutcomeCode::MethodNotAllowed, "not an operation of bootstrap");
    }
}

BootstrapOperations::Answer BootstrapOperations::discover(const StagedObjects& staged,
                                                          const Path& target) const
{
    if (target.size() > 1)
        return refusal(OutcomeCode::BadRequest, "Bootstrap-Discover is for the root or an Object");
    std::vector<Link> links;
    const auto append = [&](std::vector<Link> more) {
        links.insert(links.end(), more.begin(), more.end());
    };
    for (const Id object : {securityObjectId, serverObjectId, accessControlObjectId}) {
        if (target.contains({object}))
            append(stagedLinks(staged, object));
    }
    for (const auto& object : tree_.objects()) {
        const Path path{object->definition().id};
        if (!isStaged(path) && target.contains(path))
            append(linksOf(*object));
    }
    return content(linkFormat, base::toBytes(formatBootstrapDiscover(links, toString(version_))));
}

BootstrapOperations::Answer BootstrapOperations::read(
    const StagedObjects& staged, const Path& target, std::optional<api::ContentFormat> accept) const
{
    const bool isReadable = (target.isObject() || target.isInstance()) && isStaged(target) &&
                            target.object() != securityObjectId;
    if (!isReadable)
        return refusal(OutcomeCode::MethodNotAllowed,
                       "Bootstrap-Read is for Objects 1 and 2 and their instances");
    const auto format =
        accept.value_or(version_ == ProtocolVersion::V1_0 ? tlvFormat : senmlCborFormat);
    std::vector<Record> records;
    for (const auto& [id, instance] : staged.instances(target.object())) {
        if (!target.contains({target.object(), id}))
            continue;
        for (const auto& [path, value] : instance.values)
            records.push_back({path, value, std::nullopt});
        if (instance.values.empty())
            records.push_back({{target.object(), id}, std::nullopt, std::nullopt});
    }
    if (target.isInstance() && records.empty())
        return refusal(OutcomeCode::NotFound, target.toString() + " does not exist");
    auto payload = encode(format, target, records, definitions_);
    if (!payload)
        return refusal(OutcomeCode::NotAcceptable, payload.error().message);
    return content(format, *std::move(payload));
}

BootstrapOperations::Answer
BootstrapOperations::write(StagedObjects& staged, const Path& target, const Request& request) const
{
    if (target.isRoot() || target.isResourceInstance())
        return refusal(OutcomeCode::MethodNotAllowed,
                       "Bootstrap-Write is for an Object, an instance or a Resource");
    if (!isStaged(target))
        return refusal(OutcomeCode::BadRequest, "only Objects 0, 1 and 2 can be bootstrapped");
    if (!request.contentFormat || !isSupported(*request.contentFormat))
        return refusal(OutcomeCode::UnsupportedFormat, "the Content-Format is not supported");
    if (request.payload.size() > longestWrite)
        return refusal(OutcomeCode::RequestTooLarge, "the payload is too long");
    auto records = decode(*request.contentFormat, target, request.payload, definitions_);
    if (!records) {
        const auto code = codeOfDecodeError(records.error().kind);
        return refusal(code == OutcomeCode::NotFound ? OutcomeCode::BadRequest : code,
                       records.error().message);
    }
    if (auto levels = checkLevels(*records); !levels)
        return tl::unexpected(levels.error());
    if (auto written = staged.write(target, *std::move(records)); !written)
        return tl::unexpected(written.error());
    return done(OutcomeCode::Changed);
}

OrRefusal<void> BootstrapOperations::takePack(StagedObjects& staged, const Response& pack) const
{
    constexpr api::ContentFormat noFormat = 0xFFFF; // of no payload
    auto records = decode(pack.contentFormat.value_or(noFormat), {}, pack.payload, definitions_);
    if (!records)
        return refusal(codeOfDecodeError(records.error().kind), records.error().message);
    if (auto levels = checkLevels(*records); !levels)
        return levels;
    std::map<Id, std::vector<Record>> objects;
    for (Record& record : *records) {
        if (!isStaged(record.path) || record.path.isRoot())
            return refusal(OutcomeCode::BadRequest, "only Objects 0, 1 and 2 can be bootstrapped");
        objects[record.path.object()].push_back(std::move(record));
    }
    if (objects.empty())
        return refusal(OutcomeCode::BadRequest, "the pack is empty");
    for (auto& [object, values] : objects) {
        if (auto removed = staged.remove({object}); !removed)
            return removed;
        if (auto written = staged.write({object}, std::move(values)); !written)
            return written;
    }
    return {};
}

OrRefusal<void> BootstrapOperations::checkLevels(const std::vector<Record>& records) const
{
    for (const Record& record : records) {
        const auto* definition =
            record.path.size() > 2 ? definitions_.find(record.path.upTo(3)) : nullptr;
        if (definition == nullptr)
            continue;
        if (definition->isMultiple != record.path.isResourceInstance() && record.value)
            return refusal(OutcomeCode::BadRequest,
                           record.path.toString() + " has the wrong level");
    }
    return {};
}

BootstrapOperations::Answer BootstrapOperations::remove(StagedObjects& staged,
                                                        const Path& target) const
{
    if (target.size() > 2)
        return refusal(OutcomeCode::BadRequest, "Bootstrap-Delete is for Objects and instances");
    if (isStaged(target)) {
        if (auto removed = staged.remove(target); !removed)
            return tl::unexpected(removed.error());
    } else if (target.object() != deviceObject) { // which no Delete ever touches
        return refusal(OutcomeCode::BadRequest, "this Object is the device's own and stays");
    }
    return done(OutcomeCode::Deleted);
}

} // namespace causeway::lwm2m
