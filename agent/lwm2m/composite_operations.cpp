// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/composite_operations.hpp"

#include <algorithm>

#include "agent/lwm2m/composite_write.hpp"
#include "agent/lwm2m/observe_query.hpp"
#include "agent/lwm2m/outcome_text.hpp"
#include "agent/lwm2m/write_plan.hpp"

namespace causeway::lwm2m {

using api::Request;
using api::Respond;
using api::Response;
using model::Outcome;
using model::OutcomeCode;
using model::Path;
using model::refuse;

namespace {

// A server that asks for more asks for an Object: each part costs a walk at every change.
constexpr std::size_t mostParts = 256;

// The format of the question, unless another is asked for.
api::ContentFormat answerFormat(const Request& request)
{
    const bool isJson =
        request.contentFormat == senmlJsonFormat || request.contentFormat == senmlEtchJsonFormat;
    return request.accept.value_or(isJson ? senmlJsonFormat : senmlCborFormat);
}

OrRefusal<std::vector<Path>> partsOf(const Requester& requester, const Request& request)
{
    if (!request.contentFormat)
        return refusal(OutcomeCode::UnsupportedFormat, "the request has no Content-Format");
    auto parts = decodePaths(*request.contentFormat, request.payload);
    if (!parts)
        return refusal(codeOfDecodeError(parts.error().kind), parts.error().message);
    if (parts->empty())
        return refusal(OutcomeCode::BadRequest, "the request names nothing");
    if (parts->size() > mostParts)
        return refusal(OutcomeCode::RequestTooLarge, "more than 256 paths");
    OrRefusal<void> access;
    for (const Path& part : *parts) {
        const auto& view = requester.view;
        if (view.checkHidden(part) && !view.tree().contains(part))
            continue; // nobody's yet, it may come
        access = requester.view.checkAccess(part, Right::Read);
        if (access)
            return *std::move(parts);
    }
    if (!access)
        return tl::unexpected(access.error());
    return *std::move(parts);
}

bool isForComposites(api::ContentFormat format)
{
    return format == senmlJsonFormat || format == senmlCborFormat || format == lwm2mCborFormat;
}

} // namespace

CompositeOperations::CompositeOperations(const model::Definitions& definitions,
                                         OperationsListener& listener)
    : definitions_(definitions)
    , listener_(listener)
{}

Response CompositeOperations::read(Requester& requester, const Request& request) const
{
    auto parts = partsOf(requester, request);
    if (!parts)
        return toResponse(parts.error());
    const auto format = answerFormat(request);
    if (!isForComposites(format))
        return toResponse(refuse(OutcomeCode::NotAcceptable, "the Accept format names no paths"));
    auto own = observeQuery(request, requester.version, Observable::Composite);
    if (!own)
        return toResponse(own.error());
    auto records = requester.view.readParts(*parts);
    auto payload = encode(format, {}, records, definitions_);
    if (!payload)
        return toResponse(refuse(OutcomeCode::InternalServerError, payload.error().message));
    Response response;
    response.contentFormat = format;
    response.payload = *std::move(payload);
    if (request.observe == observeRegister)
        response.observe = requester.observations.add({.token = request.token,
                                                       .target = {{}, *std::move(parts)},
                                                       .format = format,
                                                       .own = *std::move(own),
                                                       .told = std::move(records)});
    return response;
}

void CompositeOperations::write(const Requester& requester,
                                std::vector<WritePlan> plans,
                                Respond respond)
{
    const auto& server = requester.account.settings.name;
    std::vector<Path> paths;
    std::vector<ServerChange> changes;
    bool removesAny = false;
    for (const auto& plan : plans) {
        std::ranges::move(plannedChanges(requester.view.tree(), server, plan),
                          std::back_inserter(changes));
        for (const auto& value : plan.values)
            paths.push_back(value.path);
        for (const Path& path : plan.removed) {
            changes.push_back(removalChange(server, path));
            paths.push_back(path);
            removesAny = true;
        }
    }
    auto done = [this,
                 removesAny,
                 paths = std::move(paths),
                 changes = std::move(changes),
                 respond = std::move(respond)](const Outcome& outcome) mutable {
        respond(toResponse(outcome));
        if (outcome.isSuccess())
            listener_.onWritten(paths);
        if (outcome.isSuccess() && removesAny)
            listener_.onInstancesChanged();
        conclude(changes, outcome);
        listener_.onServerChanges(changes);
    };
    CompositeWrite::run(
        {requester.view.tree(), lifetime_}, std::move(plans), lifetime_.guard(std::move(done)));
}

} // namespace causeway::lwm2m
