// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/bootstrap/bootstrap_operations.hpp"

#include <map>
#include <span>
#include <utility>

#include <fmt/format.h>

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

// Objects 0 to 2 with keys and certificates fit in; more is no account.
constexpr std::size_t longestWrite = std::size_t{32} * 1024;

OrRefusal<void> refuseOwn(const Path& target)
{
    return refusal(
        OutcomeCode::BadRequest,
        fmt::format("Object {} is the device's own: it is not bootstrapped", target.object()));
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

std::vector<Id> idsOf(const StagedObjects::Instances& instances)
{
    std::vector<Id> ids;
    for (const auto& [id, instance] : instances)
        ids.push_back(id);
    return ids;
}

std::vector<Link> linksOf(const model::ObjectDefinition& definition, std::span<const Id> instances)
{
    std::vector<Link> links;
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

// Which server an instance of Object 0 or 1 belongs to; the URI came with LwM2M 1.1.
void addServer(Link& link, const StagedObjects& staged, ProtocolVersion version)
{
    const Path& path = link.path;
    const bool isOfServer = path.isInstance() && path.object() < accessControlObjectId;
    const bool isSecurity = isOfServer && path.object() == securityObjectId;
    if (!isOfServer || (isSecurity && staged.bootstrapInstance() == path.instance()))
        return;
    if (const auto server = staged.shortServerId(path))
        link.shortServerId = static_cast<std::uint16_t>(*server);
    const auto& instance = staged.instances(path.object()).at(path.instance());
    const auto* uri = isSecurity ? instance.find(path.child(0)) : nullptr;
    if (uri != nullptr && version != ProtocolVersion::V1_0)
        link.serverUri = std::get<std::string>(*uri);
}

} // namespace

Response BootstrapOperations::perform(StagedObjects& staged,
                                      const Request& request,
                                      base::TimePoint now) const
{
    auto response = answer(staged, request, now);
    return response ? *std::move(response) : toResponse(response.error());
}

BootstrapOperations::Answer BootstrapOperations::answer(StagedObjects& staged,
                                                        const Request& request,
                                                        base::TimePoint now) const
{
    const auto target = parseRequestPath(request.path);
    if (!target)
        return tl::unexpected(target.error());
    const bool isKnown = staged.has(*target) || tree_.find(target->object()) != nullptr;
    if (!isKnown) // Bootstrap-Write and -Delete have no 4.04 (LwM2M Transport §6.4.1)
        return refusal(request.method == api::Method::Get ? OutcomeCode::NotFound
                                                          : OutcomeCode::BadRequest,
                       "no such Object");
    switch (request.method) {
    case api::Method::Get:
        return request.accept == linkFormat ? discover(staged, *target)
                                            : read(staged, *target, request.accept);
    case api::Method::Put:
        return write(staged, *target, request, now);
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
    const auto append = [&](Id object, const std::vector<Id>& instances) {
        const auto* definition = definitions_.find(object);
        if (definition == nullptr || !target.contains({object}))
            return;
        auto more = linksOf(*definition, instances);
        for (Link& link : more)
            addServer(link, staged, version_);
        links.insert(links.end(), more.begin(), more.end());
    };
    for (const Id object : {securityObjectId, serverObjectId, accessControlObjectId})
        append(object, idsOf(staged.instances(object)));
    for (const auto& object : tree_.objects()) {
        const Id id = object->definition().id;
        if (id > accessControlObjectId)
            append(id, staged.has({id}) ? idsOf(staged.instances(id)) : object->instances());
    }
    return content(linkFormat, base::toBytes(formatBootstrapDiscover(links, toString(version_))));
}

BootstrapOperations::Answer BootstrapOperations::read(
    const StagedObjects& staged, const Path& target, std::optional<api::ContentFormat> accept) const
{
    const bool isReadable =
        (target.isObject() || target.isInstance()) &&
        (target.object() == serverObjectId || target.object() == accessControlObjectId);
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

BootstrapOperations::Answer BootstrapOperations::write(StagedObjects& staged,
                                                       const Path& target,
                                                       const Request& request,
                                                       base::TimePoint now) const
{
    if (target.isRoot() || target.isResourceInstance())
        return refusal(OutcomeCode::MethodNotAllowed,
                       "Bootstrap-Write is for an Object, an instance or a Resource");
    if (!staged.has(target))
        return tl::unexpected(refuseOwn(target).error());
    if (!request.contentFormat || !isSupported(*request.contentFormat))
        return refusal(OutcomeCode::UnsupportedFormat, "the Content-Format is not supported");
    if (request.payload.size() > longestWrite)
        return refusal(OutcomeCode::RequestTooLarge, "the payload is too long");
    auto records = decode(*request.contentFormat, target, request.payload, definitions_);
    if (!records) {
        const auto code = codeOfDecodeError(records.error().kind);
        // Neither is an answer to Bootstrap-Write (LwM2M Transport §6.4.1).
        const bool isNone = code == OutcomeCode::NotFound || code == OutcomeCode::MethodNotAllowed;
        return refusal(isNone ? OutcomeCode::BadRequest : code, records.error().message);
    }
    if (auto levels = checkLevels(*records); !levels)
        return tl::unexpected(levels.error());
    if (auto written = staged.write(target, *std::move(records), now); !written)
        return tl::unexpected(written.error());
    return done(OutcomeCode::Changed);
}

OrRefusal<void> BootstrapOperations::takePack(StagedObjects& staged,
                                              const Response& pack,
                                              base::TimePoint now) const
{
    constexpr api::ContentFormat noFormat = 0xFFFF; // of no payload
    const auto format = pack.contentFormat.value_or(noFormat);
    if (format == senmlEtchJsonFormat || format == senmlEtchCborFormat)
        return refusal(OutcomeCode::UnsupportedFormat, "SenML-ETCH is a format of composites");
    auto records = decode(format, {}, pack.payload, definitions_);
    if (!records)
        return refusal(codeOfDecodeError(records.error().kind), records.error().message);
    if (auto levels = checkLevels(*records); !levels)
        return levels;
    std::map<Id, std::vector<Record>> objects;
    for (Record& record : *records) {
        if (!staged.has(record.path) || record.path.isRoot())
            return refuseOwn(record.path);
        objects[record.path.object()].push_back(std::move(record));
    }
    if (objects.empty())
        return refusal(OutcomeCode::BadRequest, "the pack is empty");
    for (auto& [object, values] : objects) {
        if (auto removed = staged.remove({object}); !removed)
            return removed;
        if (auto written = staged.write({object}, std::move(values), now); !written)
            return written;
    }
    return {};
}

OrRefusal<void> BootstrapOperations::checkLevels(const std::vector<Record>& records) const
{
    for (const Record& record : records) {
        const Path& path = record.path;
        const auto* object = path.isRoot() ? nullptr : definitions_.find(path.object());
        const bool isOnly = object != nullptr && !object->isMultiple;
        if (isOnly && path.size() > 1 && path.instance() != 0)
            return refusal(OutcomeCode::BadRequest,
                           path.upTo(2).toString() + ": this Object has one instance, 0");
        const auto* definition = path.size() > 2 ? definitions_.find(path.upTo(3)) : nullptr;
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
    if (!staged.has(target))
        return tl::unexpected(refuseOwn(target).error());
    if (auto removed = staged.remove(target); !removed)
        return tl::unexpected(removed.error());
    return done(OutcomeCode::Deleted);
}

} // namespace causeway::lwm2m
