// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/root_path.hpp"

#include <utility>

#include "agent/lwm2m/codec/codec.hpp"

namespace causeway::lwm2m {

bool takeRoot(const std::string& root, std::vector<std::string>& path)
{
    if (root.empty())
        return true;
    if (path.empty() || path.front() != root)
        return false;
    path.erase(path.begin());
    return true;
}

std::string linksBelow(const std::string& root, const std::string& links)
{
    if (root.empty())
        return links;
    std::string result;
    for (std::size_t at = 0; at < links.size(); ++at) {
        result += links[at];
        const bool isTarget = links[at] == '/' && at > 0 && links[at - 1] == '<';
        if (!isTarget)
            continue;
        result += root;
        if (links[at + 1] != '>')
            result += '/';
    }
    return result;
}

api::Respond respondBelow(const std::string& root, api::Respond respond)
{
    if (root.empty())
        return respond;
    return [root, respond = std::move(respond)](api::Response response) mutable {
        if (response.contentFormat == linkFormat)
            response.payload =
                base::toBytes(linksBelow(root, std::string(base::asText(response.payload))));
        if (!response.locationPath.empty())
            response.locationPath.insert(response.locationPath.begin(), root);
        respond(std::move(response));
    };
}

} // namespace causeway::lwm2m
