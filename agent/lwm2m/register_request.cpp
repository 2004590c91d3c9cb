// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/register_request.hpp"

#include <tuple>

#include <fmt/format.h>

#include "agent/api/server_scheme.hpp"
#include "agent/lwm2m/codec/codec.hpp"

namespace causeway::lwm2m {

std::string_view bindingOf(const api::ServerSettings& settings, ProtocolVersion version)
{
    if (api::isStreamUri(settings.uri))
        return "b=T";
    return settings.queueMode && version == ProtocolVersion::V1_0 ? "b=UQ" : "b=U";
}

std::optional<base::Duration> longestWithoutUpdate(std::chrono::seconds lifetime)
{
    // RFC 7252 §4.8.2: the longest that an Update may take; it must end before the lifetime does.
    constexpr std::chrono::seconds maxTransmitWait{93};
    if (lifetime == lifetime.zero())
        return std::nullopt;
    return lifetime < 2 * maxTransmitWait ? base::Duration(lifetime) / 2
                                          : base::Duration(lifetime - maxTransmitWait);
}

api::Request registerRequest(const ClientIdentity& identity,
                             const ServerAccount& account,
                             const std::string& links)
{
    const auto& [settings, version] = std::tie(account.settings, account.version);
    api::Request request;
    request.method = api::Method::Post;
    request.path = {"rd"};
    request.query = {"ep=" + identity.endpointName,
                     fmt::format("lt={}", lifetimeToTell(account).count()),
                     fmt::format("lwm2m={}", toString(version))};
    request.query.emplace_back(bindingOf(settings, version));
    if (settings.queueMode && version != ProtocolVersion::V1_0)
        request.query.emplace_back("Q");
    request.query.insert(request.query.end(),
                         identity.registerAttributes.begin(),
                         identity.registerAttributes.end());
    request.contentFormat = linkFormat;
    request.payload = base::toBytes(links);
    return request;
}

} // namespace causeway::lwm2m
