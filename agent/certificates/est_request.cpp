// SPDX-License-Identifier: Apache-2.0
#include "agent/certificates/est_request.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "agent/base/whole_file.hpp"
#include "agent/coap/server_uri.hpp"
#include "agent/lwm2m/firmware/package_uri.hpp"
#include "agent/lwm2m/outcome_text.hpp"
#include "store/key_pair.hpp"

namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;
using model::OutcomeCode;

namespace {

// RFC 9148 §4.3, in the registry of CoAP Content-Formats.
constexpr api::ContentFormat certsOnly = 281; // application/pkcs7-mime;smime-type=certs-only
constexpr api::ContentFormat pkcs10 = 286;
constexpr api::ContentFormat oneCertificate = 287; // application/pkix-cert

// What a server may ask us to wait. RFC 7252 §5.10.5: without Max-Age it means a minute.
constexpr std::chrono::seconds shortestWait{60};
constexpr std::chrono::seconds longestWait = std::chrono::hours(24);

Expected<base::Bytes> readAuthority(const std::filesystem::path& file)
{
    const auto content = base::readWholeFile(file, store::key_pair::mostOctets);
    if (!content)
        return fail(content.error());
    const auto chain = store::key_pair::readCertificates(base::asBytes(*content));
    if (!chain)
        return fail(chain.error().in(file.string()));
    auto certificates = store::key_pair::split(*chain);
    if (certificates.size() != 1)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{} has more than one certificate", file.string()));
    return std::move(certificates.front());
}

api::SessionSettings settingsFor(const EstServer& server, const api::CredentialId& id)
{
    api::SessionSettings settings;
    settings.logName = id.device;
    settings.uri = server.sessionUri;
    settings.securityMode = api::SecurityMode::Certificate;
    settings.credential = id;
    settings.mayResume = false;
    settings.isKept = false;
    settings.server.publicKey = server.authority;
    settings.server.certificateUsage = api::CertificateUsage::TrustAnchorAssertion;
    return settings;
}

api::SessionSettings settingsFor(const std::string& device, const api::ServerSettings& bootstrap)
{
    api::SessionSettings settings;
    settings.logName = device;
    settings.uri = bootstrap.uri;
    settings.securityMode = bootstrap.securityMode;
    settings.credential = {device, bootstrap.name};
    settings.allowsCbcWithoutEtm = bootstrap.allowsCbcWithoutEtm;
    settings.cipherSuites = bootstrap.cipherSuites;
    settings.mayResume = false;
    settings.isKept = false; // what the Bootstrap-Server's own session resumes from stays
    settings.server = bootstrap.identity;
    return settings;
}

api::Request enrolment(const char* operation, base::Bytes request)
{
    api::Request asked;
    asked.method = api::Method::Post;
    asked.path = {".well-known", "est", operation};
    asked.contentFormat = pkcs10;
    asked.accept = certsOnly;
    asked.payload = std::move(request);
    return asked;
}

api::Request reEnrolment(const EstServer& server, base::Bytes request)
{
    auto asked = enrolment("sren", std::move(request));
    asked.host = server.host;
    asked.path = server.path;
    asked.path.emplace_back("sren");
    return asked;
}

api::Request firstEnrolment(const api::ServerSettings& bootstrap, base::Bytes request)
{
    auto asked = enrolment("sen", std::move(request));
    if (const auto uri = lwm2m::parsePackageUri(bootstrap.uri);
        uri && !lwm2m::isLiteralHost(uri->host))
        asked.host = uri->host;
    return asked;
}

/// RFC 9148 §4.1: /crts beside the operation.
api::Request authoritiesFor(const api::Request& enrolment)
{
    api::Request asked;
    asked.method = api::Method::Get;
    asked.host = enrolment.host;
    asked.path = enrolment.path;
    asked.path.back() = "crts";
    asked.accept = certsOnly;
    return asked;
}

Expected<EstRequest::Answer> answerIn(const api::Response& response)
{
    if (response.code == OutcomeCode::ServiceUnavailable) {
        const std::chrono::seconds wanted(response.maxAge.value_or(0));
        return EstRequest::Answer(base::Duration(std::clamp(wanted, shortestWait, longestWait)));
    }
    if (response.code != OutcomeCode::Changed)
        return fail(ErrorKind::Refused, "the EST server answers " + lwm2m::describe(response));
    if (response.contentFormat != certsOnly && response.contentFormat != oneCertificate)
        return fail(ErrorKind::Corrupt, "the EST server's answer is no certificate by its format");
    return EstRequest::Answer(response.payload);
}

} // namespace

Expected<base::Bytes> readEstAuthority(const std::filesystem::path& file)
{
    auto certificate = readAuthority(file);
    if (!certificate)
        return fail(certificate.error().in("EstAuthority"));
    return certificate;
}

Expected<EstServer> parseEstServer(const std::string& uri)
{
    auto parsed = lwm2m::parsePackageUri(uri);
    if (!parsed)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("EstServer={}: {}", uri, parsed.error().message));
    if (parsed->protocol != api::PackageProtocol::Coaps || !parsed->query.empty())
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("EstServer={}: coaps://host[:port][/path] is expected", uri));
    const bool isV6 = parsed->host.find(':') != std::string::npos;
    EstServer server;
    server.sessionUri = fmt::format(
        "coaps://{}:{}", isV6 ? fmt::format("[{}]", parsed->host) : parsed->host, parsed->port);
    if (auto admitted = coap::parseServerUri(server.sessionUri); !admitted)
        return fail(admitted.error().in("EstServer"));
    server.host = lwm2m::isLiteralHost(parsed->host) ? std::string() : parsed->host;
    server.path = std::move(parsed->path);
    if (server.path.empty())
        server.path = {".well-known", "est"};
    return server;
}

Expected<EstServer> readEstServer(const std::string& uri, const std::filesystem::path& authority)
{
    auto server = parseEstServer(uri);
    if (!server)
        return server;
    auto certificate = readEstAuthority(authority);
    if (!certificate)
        return fail(certificate.error());
    server->authority = std::move(*certificate);
    return server;
}

EstRequest::EstRequest(api::Transport& transport,
                       base::Scheduler& scheduler,
                       const EstServer& server,
                       Question question,
                       Done done)
    : EstRequest(transport,
                 scheduler,
                 settingsFor(server, question.id),
                 reEnrolment(server, std::move(question.request)),
                 std::move(done))
{}

EstRequest::EstRequest(api::Transport& transport,
                       base::Scheduler& scheduler,
                       FirstQuestion question,
                       Done done)
    : EstRequest(transport,
                 scheduler,
                 settingsFor(question.device, question.bootstrap),
                 firstEnrolment(question.bootstrap, std::move(question.request)),
                 std::move(done))
{}

EstRequest::EstRequest(api::Transport& transport,
                       base::Scheduler& scheduler,
                       const api::SessionSettings& settings,
                       api::Request request,
                       Done done)
    : request_(std::move(request))
    , authorities_(authoritiesFor(request_))
    , done_(std::move(done))
    , limit_(scheduler,
             [this] {
                 giveUp({ErrorKind::Timeout,
                         "the EST server does not come to an answer",
                         Retry::Later});
             })
    , session_(transport.open(settings, *this))
{
    limit_.start(longest);
}

void EstRequest::onConnected(const api::ChannelFacts&)
{
    session_->request(
        std::move(request_),
        lifetime_.guard([this](const Expected<api::Response>& response) { onResponse(response); }));
}

void EstRequest::onClosed(const base::Error& reason)
{
    giveUp(reason);
}

// An EST server asks nothing.
void EstRequest::onRequest(api::Request, api::Respond respond)
{
    respond(lwm2m::toResponse(model::refuse(OutcomeCode::NotFound, "there is nothing here")));
}

void EstRequest::onReset(const api::Token&) {}

void EstRequest::onResponse(const Expected<api::Response>& response)
{
    if (!response)
        return finish(fail(response.error()));
    auto answer = answerIn(*response);
    if (auto* const came = answer ? std::get_if<base::Bytes>(&*answer) : nullptr;
        came != nullptr && store::key_pair::isAlone(*came))
        return askForIssuers(std::move(*came));
    session_->close();
    finish(std::move(answer));
}

void EstRequest::askForIssuers(base::Bytes certificate)
{
    alone_ = std::move(certificate);
    session_->request(
        std::move(authorities_),
        lifetime_.guard([this](const Expected<api::Response>& response) { onIssuers(response); }));
}

// A server without them, or with others, has given what was asked for all the same.
void EstRequest::onIssuers(const Expected<api::Response>& response)
{
    session_->close();
    if (response && response->code == OutcomeCode::Content && response->contentFormat == certsOnly)
        alone_ = store::key_pair::withIssuers(alone_, response->payload);
    finish(Answer(std::move(alone_)));
}

// A certificate that has come is not lost with the question for its issuers.
void EstRequest::giveUp(const base::Error& reason)
{
    if (alone_.empty())
        finish(fail(reason));
    else
        finish(Answer(std::move(alone_)));
}

// The owner may destroy this in `done`.
void EstRequest::finish(Expected<Answer> answer)
{
    limit_.stop();
    if (auto done = std::exchange(done_, nullptr))
        done(std::move(answer));
}

} // namespace causeway::agent
