// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/account.hpp"

#include "agent/lwm2m/object_links.hpp"
#include "agent/lwm2m/outcome_text.hpp"
#include "agent/lwm2m/request_path.hpp"
#include "agent/lwm2m/root_path.hpp"

namespace causeway::lwm2m {

using base::ErrorKind;
using base::fail;

Account::Account(ServerAccount server, const Shared& shared, AccountListener& listener)
    : server_(std::move(server))
    , root_(shared.identity.rootPath)
    , tree_(shared.tree)
    , operations_(shared.operations)
    , scheduler_(shared.scheduler)
    , definitions_(shared.definitions)
    , listener_(listener)
    , view_(shared.tree, server_, shared.access)
    , registration_(shared.identity, server_, shared.transport, shared.scheduler, *this)
    , observations_(
          {view_, shared.definitions, server_, attributes_}, registration_, shared.scheduler)
{}

Account::~Account() = default;

api::RegistrationStatus Account::status() const
{
    auto status = registration_.status();
    status.observations = static_cast<std::uint32_t>(observations_.size());
    return status;
}

base::Expected<api::Request> Account::sendRequest(const std::vector<model::Path>& paths) const
{
    if (server_.mutesSend)
        return fail(ErrorKind::Refused, server_.settings.name + " has muted Send (/1/x/23)");
    if (registration_.version() == ProtocolVersion::V1_0)
        return fail(ErrorKind::NotSupported, "LwM2M 1.0 has no Send");
    auto records = view_.readParts(paths, Times::Taken);
    if (records.empty())
        return fail(ErrorKind::NotFound, "no value that can be sent is there");
    for (Record& record : records)
        record.takenAt = record.takenAt.value_or(scheduler_.wallNow());
    auto payload = encode(senmlCborFormat, {}, records, definitions_);
    if (!payload)
        return fail(payload.error());
    api::Request request;
    request.method = api::Method::Post;
    request.path = {"dp"};
    request.contentFormat = senmlCborFormat;
    request.payload = *std::move(payload);
    return request;
}

void Account::send(const std::vector<model::Path>& paths, SendDone done)
{
    auto request = sendRequest(paths);
    if (!request) {
        done(fail(request.error()));
        return;
    }
    registration_.request(
        *std::move(request),
        [done = std::move(done)](const base::Expected<api::Response>& answer) mutable {
            if (!answer)
                done(fail(answer.error()));
            else if (answer->code != model::OutcomeCode::Changed)
                done(
                    fail(ErrorKind::Refused, "the server answered Send with " + describe(*answer)));
            else
                done({});
        });
}

std::string Account::objectLinks(ProtocolVersion version) const
{
    return linksBelow(root_, registrationLinks(tree_, version));
}

void Account::onRegistered(bool isNew)
{
    if (isNew) // LwM2M Core §6.2.1: Register ends every observation
        observations_.clear();
    observations_.resume();
    if (isNew)
        listener_.onRegistered(server_);
}

void Account::onSessionEnded()
{
    observations_.pause();
}

bool Account::takesRequests() const
{
    return listener_.takesRequests();
}

void Account::onRequest(api::Request request, api::Respond respond)
{
    respond = respondBelow(root_, std::move(respond));
    if (!takeRoot(root_, request.path))
        return respond(toResponse(
            model::refuse(model::OutcomeCode::NotFound, "the Objects are below /" + root_)));
    Requester requester{server_, view_, attributes_, observations_, registration_.version()};
    operations_.perform(requester, request, std::move(respond));
}

bool Account::takesPieces(const api::Request& head) const
{
    auto segments = head.path;
    if (!takeRoot(root_, segments))
        return false;
    const auto path = parseRequestPath(segments);
    if (!path || !path->isResource() || head.method != api::Method::Put ||
        head.contentFormat != opaqueFormat)
        return false;
    const auto* object = tree_.find(path->object());
    return object != nullptr && object->takesPieces(*path);
}

void Account::onReset(const api::Token& token)
{
    observations_.remove(token);
}

void Account::onGaveUp()
{
    listener_.onGaveUp(server_);
}

void Account::onDisabledUntilChanged()
{
    listener_.onAccountChanged(server_);
}

void Account::onStatusChanged()
{
    listener_.onStatusChanged();
}

} // namespace causeway::lwm2m
