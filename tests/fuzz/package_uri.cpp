// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/firmware/package_uri.hpp"

#include <cstdint>
#include <cstdlib>

#include "agent/base/bytes.hpp"

using namespace causeway;

// What is taken apart has a host and parts that are text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto uri = lwm2m::parsePackageUri(base::asText({data, size}));
    if (!uri)
        return 0;
    if (uri->host.empty() || uri->scheme.empty() || (uri->protocol && uri->port == 0))
        std::abort();
    for (const auto* parts : {&uri->path, &uri->query}) {
        for (const auto& part : *parts) {
            if (!base::isValidUtf8(part))
                std::abort();
        }
    }
    return 0;
}
