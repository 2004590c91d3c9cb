// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "tests/sim/lwm2m_server/coap_server.hpp"
#include "tests/sim/lwm2m_server/json.hpp"

namespace causeway::sim {

/// What clients fetch, firmware or a Bootstrap-Pack: GET with Block2, ETag and Size2 (RFC 7959).
class Repository
{
public:
    using Tell = std::function<void(Json event)>;

    explicit Repository(Tell tell)
        : tell_(std::move(tell))
    {}

    struct Package
    {
        std::string octets;
        std::string version;              ///< the ETag
        std::size_t until;                ///< blocks from this octet on are answered with 5.03
        std::optional<unsigned> format{}; ///< its Content-Format
    };

    /// In place of what was at this path, "/fw/meter".
    void publish(const std::string& path, Package package);

    /// Nothing when it is about something else.
    [[nodiscard]] std::optional<Message> handle(const Message& request);

private:
    Tell tell_;
    std::map<std::string, Package> packages_;
};

} // namespace causeway::sim
