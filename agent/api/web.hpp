// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/api/package_fetch.hpp"
#include "agent/api/streams.hpp"
#include "agent/base/expected.hpp"

/// The seam between a device's repositories and what speaks HTTP. Main thread.
namespace causeway::api {

/// Whom a request of HTTP goes to.
struct WebOrigin
{
    bool isSecure = true; ///< https
    std::string host;     ///< lower case; a literal IPv6 without brackets
    std::uint16_t port = 0;
};

/// One package by http or https.
struct WebPlan
{
    /// How a host may be asked; asked anew for each redirection. NotAuthorized or NotSupported:
    /// not at all.
    using Access = std::function<base::Expected<StreamSettings>(const WebOrigin& origin)>;

    FetchPlan package;
    Access access;
};

/// web::Downloads, or a fake.
class WebFetcher
{
public:
    virtual ~WebFetcher() = default;

    /// As PackageFetcher::fetch().
    [[nodiscard]] virtual std::unique_ptr<PackageFetch> fetchFromWeb(WebPlan plan,
                                                                     FetchListener& listener) = 0;
};

} // namespace causeway::api
