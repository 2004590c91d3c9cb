// SPDX-License-Identifier: Apache-2.0
#include "agent/device_repositories.hpp"

#include <algorithm>
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

std::string sessionUri(const lwm2m::PackageUri& uri)
{
    const bool isV6 = uri.host.find(':') != std::string::npos;
    const std::string host = isV6 ? '[' + uri.host + ']' : uri.host;
    return fmt::format("{}://{}:{}", uri.scheme, host, uri.port);
}

} // namespace

DeviceRepositories::DeviceRepositories(std::string device,
                                       api::Transport& transport,
                                       base::Scheduler& scheduler,
                                       Rules rules,
                                       Accounts accounts)
    : device_(std::move(device))
    , transport_(transport)
    , scheduler_(scheduler)
    , rules_(rules)
    , accounts_(std::move(accounts))
{}

std::vector<PackageProtocol> DeviceRepositories::protocols() const
{
    if (rules_.allowsPlaintext)
        return {PackageProtocol::Coap, PackageProtocol::Coaps};
    return {PackageProtocol::Coaps};
}

bool DeviceRepositories::isSpoken(const lwm2m::PackageUri& uri) const
{
    const auto spoken = protocols();
    return uri.protocol && std::ranges::find(spoken, *uri.protocol) != spoken.end();
}

// A Bootstrap-Server's credentials are for bootstrapping and nothing else; of several servers on
// one host the one on this port is meant.
Expected<api::SessionSettings> DeviceRepositories::settingsFor(const lwm2m::PackageUri& uri) const
{
    api::SessionSettings session;
    session.logName = device_;
    session.uri = sessionUri(uri);
    session.mayResume = false;
    session.isKept = false;
    if (uri.protocol == PackageProtocol::Coap) {
        session.securityMode = api::SecurityMode::NoSec;
        return session;
    }
    const api::ServerSettings* match = nullptr;
    for (const auto& account : accounts_()) {
        const auto& settings = account.settings;
        const auto server = lwm2m::parsePackageUri(settings.uri);
        const bool isSecure = settings.securityMode != api::SecurityMode::NoSec;
        if (settings.isBootstrap || !isSecure || !server || server->host != uri.host)
            continue;
        if (match == nullptr || server->port == uri.port)
            match = &settings;
    }
    if (match == nullptr)
        return fail(ErrorKind::NotAuthorized,
                    fmt::format("no server account of the device is for the host {}", uri.host));
    session.securityMode = match->securityMode;
    session.credential = {device_, match->name};
    session.allowsCbcWithoutEtm = match->allowsCbcWithoutEtm;
    session.cipherSuites = match->cipherSuites;
    session.server = match->identity;
    return session;
}

std::unique_ptr<api::PackageFetch> DeviceRepositories::fetch(api::FetchPlan plan,
                                                             api::FetchListener& listener)
{
    auto uri = lwm2m::parsePackageUri(plan.uri);
    if (!uri)
        return std::make_unique<RefusedFetch>(scheduler_, uri.error(), listener);
    if (!isSpoken(*uri))
        return std::make_unique<RefusedFetch>(
            scheduler_,
            Error{ErrorKind::NotSupported, fmt::format("{} is not spoken here", uri->scheme)},
            listener);
    auto session = settingsFor(*uri);
    if (!session)
        return std::make_unique<RefusedFetch>(scheduler_, session.error(), listener);
    return std::make_unique<lwm2m::CoapFetch>(
        transport_, std::move(*session), std::move(*uri), std::move(plan), listener);
}

} // namespace causeway::agent
