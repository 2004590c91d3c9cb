// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/register_request.hpp"

#include <fmt/format.h>

#include "agent/lwm2m/codec/codec.hpp"

namespace causeway::lwm2m {

std::string_view bindingOf(const api::ServerSettings& settings, ProtocolVersion version)
{
    return settings.queueMode && version == ProtocolVersion::V1_0 ? "b=UQ" : "b=U";
}

api::Request registerRequest(const ClientIdentity& identity,
                             const api::ServerSettings& settings,
                             ProtocolVersion version,
                             const std::string& links)
{
    api::Request request;
    request.method = api::Method::Post;
    request.path = {"rd"};
    request.query = {"ep=" + identity.endpointName,
                     fmt::format("lt={}", settings.lifetime.count()),
                     fmt::format("lwm2m={}", toString(version))};
    request.query.emplace_back(bindingOf(settings, version));
    if (settings.queueMode && version != ProtocolVersion::V1_0)
        request.query.emplace_back("Q");
    request.contentFormat = linkFormat;
    request.payload = base::toBytes(links);
    return request;
}

} // namespace causeway::lwm2m
