// SPDX-License-Identifier: Apache-2.0
#include "agent/updates/device_repositories.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "agent/base/lifetime.hpp"
#include "agent/lwm2m/firmware/coap_fetch.hpp"

namespace causeway::agent {

using api::PackageProtocol;
using base::Error;
using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

/// A fetch that cannot begin.
class RefusedFetch final : public api::PackageFetch
{
public:
    RefusedFetch(base::Scheduler& scheduler, Error error, api::FetchListener& listener)
    {
        scheduler.post(lifetime_.guard(
            [&listener, error = std::move(error)] { listener.onFetchFailed(error); }));
    }

private:
    base::Lifetime lifetime_;
};

struct ProtocolRow
{
    PackageProtocol protocol;
    bool isWeb;
    bool isSecure;
};

constexpr std::array allProtocols{ProtocolRow{PackageProtocol::Coap, false, false},
                                  ProtocolRow{PackageProtocol::Coaps, false, true},
                                  ProtocolRow{PackageProtocol::Http, true, false},
                                  ProtocolRow{PackageProtocol::Https, true, true},
                                  ProtocolRow{PackageProtocol::CoapTcp, false, false},
                                  ProtocolRow{PackageProtocol::CoapsTcp, false, true}};

Error noAccountFor(const std::string& host)
{
    return {ErrorKind::NotAuthorized,
            fmt::format("no server account of the device is for the host {}", host)};
}

std::string sessionUri(const lwm2m::PackageUri& uri)
{
    const bool isV6 = uri.host.find(':') != std::string::npos;
    const std::string host = isV6 ? '[' + uri.host + ']' : uri.host;
    return fmt::format("{}://{}:{}", uri.scheme, host, uri.port);
}

} // namespace

DeviceRepositories::DeviceRepositories(std::string device,
                                       Services services,
                                       Rules rules,
                                       Accounts accounts)
    : device_(std::move(device))
    , services_(services)
    , rules_(rules)
    , accounts_(std::move(accounts))
{}

std::vector<PackageProtocol> DeviceRepositories::protocols() const
{
    std::vector<PackageProtocol> spoken;
    for (const auto& row : allProtocols) {
        const bool isThere = !row.isWeb || services_.web != nullptr;
        if (isThere && (row.isSecure || rules_.allowsPlaintext))
            spoken.push_back(row.protocol);
    }
    return spoken;
}

bool DeviceRepositories::isSpoken(const lwm2m::PackageUri& uri) const
{
    const auto spoken = protocols();
    return uri.protocol && std::ranges::find(spoken, *uri.protocol) != spoken.end();
}

// A Bootstrap-Server's credentials are for bootstrapping and nothing else; of several servers on
// one host the one that is spoken to alike is meant, then the one on this port.
const api::ServerSettings* DeviceRepositories::accountFor(
    const std::string& host, std::uint16_t port, std::optional<api::PackageProtocol> protocol) const
{
    const api::ServerSettings* match = nullptr;
    auto best = std::pair(false, false);
    for (const auto& account : accounts_()) {
        const auto& settings = account.settings;
        const auto server = lwm2m::parsePackageUri(settings.uri);
        const bool isSecure = settings.securityMode != api::SecurityMode::NoSec;
        if (settings.isBootstrap || !isSecure || !server || server->host != host)
            continue;
        const auto likeness = std::pair(server->protocol == protocol, server->port == port);
        if (match == nullptr || likeness > best) {
            match = &settings;
            best = likeness;
        }
    }
    return match;
}

Expected<api::SessionSettings> DeviceRepositories::settingsFor(const lwm2m::PackageUri& uri) const
{
    api::SessionSettings session;
    session.logName = device_;
    session.uri = sessionUri(uri);
    session.mayResume = false;
    session.isKept = false;
    if (uri.protocol == PackageProtocol::Coap || uri.protocol == PackageProtocol::CoapTcp) {
        session.securityMode = api::SecurityMode::NoSec;
        return session;
    }
    const auto* const match = accountFor(uri.host, uri.port, uri.protocol);
    if (match == nullptr)
        return fail(noAccountFor(uri.host));
    session.securityMode = api::channelMode(match->securityMode);
    session.credential = {device_, match->name};
    session.allowsCbcWithoutEtm = match->allowsCbcWithoutEtm;
    session.cipherSuites = match->cipherSuites;
    session.server = match->identity;
    return session;
}

// The account comes first: where it is a PSK's, the trust store has no say, whatever it says.
Expected<api::StreamSettings> DeviceRepositories::streamFor(const api::WebOrigin& origin) const
{
    api::StreamSettings stream;
    stream.host = origin.host;
    stream.port = origin.port;
    if (!origin.isSecure && !rules_.allowsPlaintext)
        return fail(ErrorKind::NotAuthorized,
                    "the repository leads to http, which the gateway does not allow");
    if (!origin.isSecure)
        return stream;
    if (const auto* const match = accountFor(origin.host, origin.port, PackageProtocol::Https);
        match != nullptr) {
        stream.securityMode = api::channelMode(match->securityMode);
        stream.credential = api::CredentialId{device_, match->name};
        stream.server = match->identity;
        return stream;
    }
    if (!rules_.trustsStrangers)
        return fail(noAccountFor(origin.host));
    stream.securityMode = api::SecurityMode::Certificate;
    return stream;
}

std::unique_ptr<api::PackageFetch> DeviceRepositories::fetch(api::FetchPlan plan,
                                                             api::FetchListener& listener)
{
    auto& scheduler = services_.scheduler;
    auto uri = lwm2m::parsePackageUri(plan.uri);
    if (!uri)
        return std::make_unique<RefusedFetch>(scheduler, uri.error(), listener);
    if (!isSpoken(*uri))
        return std::make_unique<RefusedFetch>(
            scheduler,
            Error{ErrorKind::NotSupported, fmt::format("{} is not spoken here", uri->scheme)},
            listener);
    if (uri->protocol == PackageProtocol::Http || uri->protocol == PackageProtocol::Https)
        return services_.web->fetchFromWeb({std::move(plan),
                                            [this](const api::WebOrigin& origin) {
                                                return streamFor(origin);
                                            }},
                                           listener);
    auto session = settingsFor(*uri);
    if (!session)
        return std::make_unique<RefusedFetch>(scheduler, session.error(), listener);
    return std::make_unique<lwm2m::CoapFetch>(
        services_.transport, std::move(*session), std::move(*uri), std::move(plan), listener);
}

} // namespace causeway::agent
