// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/operations.hpp"

#include <algorithm>

#include "agent/lwm2m/attributes_query.hpp"
#include "agent/lwm2m/execute_arguments.hpp"
#include "agent/lwm2m/object_links.hpp"
#include "agent/lwm2m/observe_query.hpp"
#include "agent/lwm2m/outcome_text.hpp"
#include "agent/lwm2m/request_path.hpp"
#include "agent/lwm2m/write_plan.hpp"

namespace causeway::lwm2m {

using api::Method;
using api::Request;
using api::Respond;
using api::Response;
using base::ErrorKind;
using model::Id;
using model::Outcome;
using model::OutcomeCode;
using model::Path;
using model::refuse;

namespace {

Response refused(OutcomeCode code, std::string diagnostic)
{
    return toResponse(refuse(code, std::move(diagnostic)));
}

Outcome notWritable(const Path& path)
{
    return refuse(OutcomeCode::MethodNotAllowed, path.toString() + " is not writable");
}

Response content(api::ContentFormat format, base::Bytes payload)
{
    Response response;
    response.contentFormat = format;
    response.payload = std::move(payload);
    return response;
}

// What the server gets when it names no format: every server of the version can decode it.
api::ContentFormat defaultFormat(ProtocolVersion version)
{
    return version == ProtocolVersion::V1_0 ? tlvFormat : senmlCborFormat;
}

// PUT without a body is Write-Attributes (LwM2M Transport §6.4.4).
bool isWriteAttributes(const Request& request)
{
    return request.payload.empty() && !request.contentFormat && !request.query.empty();
}

// LwM2M 1.1 Core §7.4: Clients of 1.1 and later must not use it.
bool usesForbiddenFormat(ProtocolVersion version, const Request& request)
{
    return version != ProtocolVersion::V1_0 &&
           (request.accept == oldJsonFormat || request.contentFormat == oldJsonFormat);
}

std::optional<std::size_t> depthOf(std::string_view option)
{
    constexpr std::string_view name = "depth=";
    if (!option.starts_with(name) || option.size() != name.size() + 1)
        return std::nullopt;
    const char digit = option.back();
    return digit >= '0' && digit <= '3' ? std::optional<std::size_t>(digit - '0') : std::nullopt;
}

} // namespace

Operations::Operations(const ObjectTree& tree,
                       const model::Definitions& definitions,
                       OperationsListener& listener)
    : tree_(tree)
    , definitions_(definitions)
    , listener_(listener)
    , composites_(definitions, listener)
{}

void Operations::perform(Requester& requester, const Request& request, Respond respond)
{
    const bool isRead = request.method == Method::Get || request.method == Method::Fetch;
    if (isRead && request.observe == observeCancel) // whatever the answer will be (RFC 7641 §3.6)
        requester.observations.remove(request.token);
    if (request.method == Method::Fetch || request.method == Method::IPatch) {
        performComposite(requester, request, std::move(respond));
        return;
    }
    const auto path = target(requester, request);
    if (!path)
        deny(requester, request, path.error(), std::move(respond));
    else
        dispatch(requester, *path, request, std::move(respond));
}

void Operations::performComposite(Requester& requester, const Request& request, Respond respond)
{
    const auto path = parseRequestPath(request.path);
    if (!path)
        deny(requester, request, path.error(), std::move(respond));
    else if (!path->isRoot())
        deny(requester,
             request,
             refuse(OutcomeCode::MethodNotAllowed, "composites are for the root"),
             std::move(respond));
    else if (request.method == Method::Fetch)
        respond(composites_.read(requester, request));
    else if (auto plans = planCompositeWrite(requester.view, definitions_, request); !plans)
        deny(requester, request, plans.error(), std::move(respond));
    else
        composites_.write(requester, *std::move(plans), std::move(respond));
}

// No Object has been asked, so nobody else tells the journal.
void Operations::deny(const Requester& requester,
                      const Request& request,
                      const Outcome& why,
                      Respond respond)
{
    const auto change =
        deniedChange(tree_, definitions_, requester.account.settings.name, request, why);
    respond(toResponse(why));
    if (change)
        listener_.onServerChanges({*change});
}

OrRefusal<Path> Operations::target(const Requester& requester, const Request& request) const
{
    auto path = parseRequestPath(request.path);
    if (!path)
        return path;
    if (path->isRoot() || request.method == Method::Patch)
        return refusal(OutcomeCode::MethodNotAllowed, "not supported on this path");
    if (const auto visible = requester.view.checkHidden(*path); !visible)
        return tl::unexpected(visible.error());
    if (const auto exists = checkExists(*path, request); !exists)
        return tl::unexpected(exists.error());
    if (const auto access = requester.view.checkAccess(*path, rightFor(request, *path)); !access)
        return tl::unexpected(access.error());
    return path;
}

Right Operations::rightFor(const Request& request, const Path& path) const
{
    switch (request.method) {
    case Method::Get:
        return request.accept == linkFormat ? Right::None : Right::Read;
    case Method::Put:
        return isWriteAttributes(request) ? Right::Read : Right::Write;
    case Method::Post:
        if (path.isObject())
            return Right::Create;
        return tree_.operations(path).execute ? Right::Execute : Right::Write;
    case Method::Delete:
        return Right::Delete;
    default:
        return Right::None;
    }
}

OrRefusal<void> Operations::checkExists(const Path& path, const Request& request) const
{
    if (tree_.contains(path))
        return {};
    const bool isWrite = request.method == Method::Put && !isWriteAttributes(request);
    if (isWrite && path.isResource() && tree_.takesNew(path))
        return {};
    const bool isSingle =
        path.isResourceInstance() && tree_.contains(path.upTo(3)) && !tree_.isMultiple(path);
    if (isSingle)
        return refusal(OutcomeCode::MethodNotAllowed, "the Resource has no instances");
    return refusal(OutcomeCode::NotFound, path.toString() + " does not exist");
}

void Operations::dispatch(Requester& requester,
                          const Path& path,
                          const Request& request,
                          Respond respond)
{
    if (usesForbiddenFormat(requester.version, request)) {
        const bool isWanted = request.accept == oldJsonFormat;
        deny(requester,
             request,
             refuse(isWanted ? OutcomeCode::NotAcceptable : OutcomeCode::UnsupportedFormat,
                    "this JSON is of LwM2M 1.0"),
             std::move(respond));
        return;
    }
    switch (request.method) {
    case Method::Get:
        respond(request.accept == linkFormat ? discover(requester, path, request)
                                             : read(requester, path, request));
        break;
    case Method::Put:
        if (isWriteAttributes(request))
            respond(writeAttributes(requester, path, request));
        else
            write(requester, path, request, std::move(respond));
        break;
    case Method::Post:
        post(requester, path, request, std::move(respond));
        break;
    case Method::Delete:
        remove(requester, path, request, std::move(respond));
        break;
    default:
        respond(refused(OutcomeCode::MethodNotAllowed, "not supported"));
        break;
    }
}

// Read, Observe and Cancel: the last of them has been done already.
Response Operations::read(Requester& requester, const Path& path, const Request& request)
{
    if (path.size() > 2 && !tree_.operations(path).read)
        return refused(OutcomeCode::MethodNotAllowed, path.toString() + " is not readable");
    auto own = observeQuery(request, requester.version, observableAt(tree_, path));
    if (!own)
        return toResponse(own.error());
    const auto format = request.accept.value_or(defaultFormat(requester.version));
    if (!isSupported(format))
        return refused(OutcomeCode::NotAcceptable, "the Accept format is not supported");
    auto records = requester.view.read(path);
    if (!records) // the device behind it, not the request: nothing of class 4 fits
        return refused(records.error().kind == ErrorKind::NotFound
                           ? OutcomeCode::NotFound
                           : OutcomeCode::InternalServerError,
                       records.error().message);
    auto payload = encode(format, path, *records, definitions_);
    if (!payload)
        return refused(OutcomeCode::NotAcceptable, payload.error().message);
    Response response = content(format, *std::move(payload));
    if (request.observe == observeRegister)
        response.observe = requester.observations.add({.token = request.token,
                                                       .target = {path, {}},
                                                       .format = format,
                                                       .own = *std::move(own),
                                                       .told = *std::move(records)});
    return response;
}

Response
Operations::discover(const Requester& requester, const Path& path, const Request& request) const
{
    if (path.isResourceInstance())
        return refused(OutcomeCode::MethodNotAllowed, "Discover ends at Resources");
    std::optional<std::size_t> depth;
    // LwM2M 1.2 Core §6.3.2; servers of earlier versions mean nothing by it.
    if (requester.version >= ProtocolVersion::V1_2 && !request.query.empty()) {
        depth = depthOf(request.query.front());
        if (!depth || request.query.size() > 1)
            return refused(OutcomeCode::BadRequest, "Discover takes depth=0 to depth=3");
    }
    return content(
        linkFormat,
        base::toBytes(discoverLinks(tree_, path, requester.attributes, requester.version, depth)));
}

Response Operations::writeAttributes(Requester& requester, const Path& path, const Request& request)
{
    if (path.size() > 2 && !tree_.operations(path).read)
        return refused(OutcomeCode::MethodNotAllowed, path.toString() + " is not readable");
    const auto attributes = applyAttributesQuery(requester.attributes.at(path), request.query);
    if (!attributes)
        return refused(OutcomeCode::BadRequest, attributes.error().message);
    if (const auto why = unfit(*attributes, requester.version, observableAt(tree_, path)))
        return refused(OutcomeCode::BadRequest, *why);
    requester.attributes.set(path, *attributes);
    requester.observations.onAttributesChanged();
    listener_.onAttributesWritten(requester.account, path);
    return toResponse({});
}

void Operations::write(const Requester& requester,
                       const Path& path,
                       const Request& request,
                       Respond respond)
{
    if (path.isObject() || (path.size() > 2 && !tree_.operations(path).write)) {
        deny(requester, request, notWritable(path), std::move(respond));
        return;
    }
    if (request.piece) {
        writePiece(requester, path, request, std::move(respond));
        return;
    }
    auto plan = planWrite(tree_, definitions_, path, request);
    if (!plan) {
        deny(requester, request, plan.error(), std::move(respond));
        return;
    }
    std::vector<Path> paths;
    paths.reserve(plan->values.size());
    for (const auto& value : plan->values)
        paths.push_back(value.path);
    auto changes = plannedChanges(tree_, requester.account.settings.name, *plan);
    const bool isEmptied = plan->mode == WriteMode::ReplaceResource && plan->values.empty();
    if (isEmptied) {
        paths.push_back(path);
        changes.push_back(removalChange(requester.account.settings.name, path));
    }
    auto done = [this,
                 mayRemove = plan->mode != WriteMode::PartialUpdate,
                 paths = std::move(paths),
                 changes = std::move(changes),
                 respond = std::move(respond)](const Outcome& outcome) mutable {
        respond(toResponse(outcome));
        if (outcome.isSuccess())
            listener_.onWritten(paths);
        if (outcome.isSuccess() && mayRemove)
            listener_.onInstancesChanged();
        conclude(changes, outcome);
        listener_.onServerChanges(changes);
    };
    Object& object = *tree_.find(path.object());
    if (isEmptied)
        object.removeInstances(path, lifetime_.guard(std::move(done)));
    else
        object.write(
            plan->instance, std::move(plan->values), plan->mode, lifetime_.guard(std::move(done)));
}

// The journal hears of the last piece, or the one that ended it.
void Operations::writePiece(const Requester& requester,
                            const Path& path,
                            const Request& request,
                            Respond respond)
{
    const auto& piece = *request.piece;
    auto done = [this,
                 isLast = piece.isLast,
                 changes = std::vector{pieceChange(
                     requester.account.settings.name, path, piece.offset + request.payload.size())},
                 respond = std::move(respond)](const Outcome& outcome) mutable {
        respond(toResponse(outcome));
        if (outcome.isSuccess() && !isLast)
            return;
        conclude(changes, outcome);
        listener_.onServerChanges(changes);
    };
    tree_.find(path.object())
        ->writePiece({path,
                      requester.account.settings.shortServerId,
                      piece.offset,
                      piece.total,
                      piece.isLast,
                      request.payload},
                     lifetime_.guard(std::move(done)));
}

void Operations::post(const Requester& requester,
                      const Path& path,
                      const Request& request,
                      Respond respond)
{
    if (path.isObject()) {
        create(requester, path, request, std::move(respond));
        return;
    }
    const bool isPartialWrite = !path.isResource() || tree_.isMultiple(path);
    if (isPartialWrite && !tree_.operations(path).execute)
        write(requester, path, request, std::move(respond));
    else
        execute(requester, path, request, std::move(respond));
}

void Operations::execute(const Requester& requester,
                         const Path& path,
                         const Request& request,
                         Respond respond)
{
    const std::string arguments = executeArgumentsOf(request);
    Outcome why;
    if (!path.isResource() || !tree_.operations(path).execute)
        why = refuse(OutcomeCode::MethodNotAllowed, path.toString() + " is not executable");
    else if (request.contentFormat.value_or(plainTextFormat) != plainTextFormat)
        // An Execute has no 4.15 (LwM2M Transport §6.4.4).
        why = refuse(OutcomeCode::BadRequest, "arguments are plain text");
    else if (!areExecuteArguments(arguments))
        why = refuse(OutcomeCode::BadRequest, "the arguments break LwM2M Core §6.3.5");
    if (!why.isSuccess()) {
        deny(requester, request, why, std::move(respond));
        return;
    }
    auto done = [this,
                 path,
                 changes =
                     std::vector{executeChange(requester.account.settings.name, path, arguments)},
                 respond = std::move(respond)](const Outcome& outcome) mutable {
        respond(toResponse(outcome));
        if (outcome.isSuccess())
            onExecuted(path);
        conclude(changes, outcome);
        listener_.onServerChanges(changes);
    };
    tree_.find(path.object())->execute(path, arguments, lifetime_.guard(std::move(done)));
}

// What it has changed only the Object knows.
void Operations::onExecuted(const Path& path)
{
    listener_.onWritten({path.upTo(2)});
    if (tree_.find(path.object())->allowsResourceReplace())
        listener_.onInstancesChanged();
}

void Operations::create(const Requester& requester,
                        const Path& path,
                        const Request& request,
                        Respond respond)
{
    Object& object = *tree_.find(path.object());
    if (!object.allowsCreate()) {
        respond(refused(OutcomeCode::MethodNotAllowed, "no more instances can be created"));
        return;
    }
    auto plan = planCreate(tree_, definitions_, path, request);
    if (!plan) {
        respond(toResponse(plan.error()));
        return;
    }
    // LwM2M Core §6.3.6: the server is told the ID that it did not choose itself.
    std::vector<std::string> location;
    if (plan->isInstanceAssigned)
        location = {std::to_string(path.object()), std::to_string(plan->instances.front().id)};
    const Id creator = requester.account.settings.shortServerId;
    auto done = [this, creator, location = std::move(location), respond = std::move(respond)](
                    Outcome outcome) mutable {
        if (outcome.isSuccess())
            outcome.code = OutcomeCode::Created;
        Response response = toResponse(outcome);
        if (outcome.isSuccess())
            response.locationPath = location;
        respond(std::move(response));
        if (outcome.isSuccess())
            listener_.onInstanceCreated(creator);
    };
    object.create(std::move(plan->instances), lifetime_.guard(std::move(done)));
}

void Operations::remove(const Requester& requester,
                        const Path& path,
                        const Request& request,
                        Respond respond)
{
    Object& object = *tree_.find(path.object());
    if (path.isResourceInstance() && object.allowsResourceReplace()) {
        removeResourceInstance(requester, path, request, std::move(respond));
        return;
    }
    if (!path.isInstance()) {
        respond(refused(OutcomeCode::MethodNotAllowed, "only Object Instances can be deleted"));
        return;
    }
    auto done = [this, respond = std::move(respond)](Outcome outcome) mutable {
        if (outcome.isSuccess())
            outcome.code = OutcomeCode::Deleted;
        respond(toResponse(outcome));
        if (outcome.isSuccess())
            listener_.onInstancesChanged();
    };
    object.remove(path.instance(), lifetime_.guard(std::move(done)));
}

void Operations::removeResourceInstance(const Requester& requester,
                                        const Path& path,
                                        const Request& request,
                                        Respond respond)
{
    if (!tree_.operations(path).write) {
        deny(requester, request, notWritable(path), std::move(respond));
        return;
    }
    auto done = [this,
                 path,
                 changes = std::vector{removalChange(requester.account.settings.name, path)},
                 respond = std::move(respond)](Outcome outcome) mutable {
        if (outcome.isSuccess())
            outcome.code = OutcomeCode::Deleted;
        respond(toResponse(outcome));
        if (outcome.isSuccess()) {
            listener_.onWritten({path});
            listener_.onInstancesChanged();
        }
        conclude(changes, outcome);
        listener_.onServerChanges(changes);
    };
    tree_.find(path.object())->removeInstances(path, lifetime_.guard(std::move(done)));
}

} // namespace causeway::lwm2m
