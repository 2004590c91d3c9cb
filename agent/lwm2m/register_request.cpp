// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/register_request.hpp"

#include <fmt/format.h>

#include "agent/lwm2m/codec/codec.hpp"

namespace causeway::lwm2m {

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
    // LwM2M 1.0 has queue mode in the binding, later versions as a flag of its own.
    const bool isOld = version == ProtocolVersion::V1_0;
    request.query.emplace_back(settings.queueMode && isOld ? "b=UQ" : "b=U");
    if (settings.queueMode && !isOld)
        request.query.emplace_back("Q");
    request.contentFormat = linkFormat;
    request.payload = base::toBytes(links);
    return request;
}

} // namespace causeway::lwm2m
