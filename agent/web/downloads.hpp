// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/api/web.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/web/http_fetch.hpp"
#include "agent/web/places.hpp"
#include "agent/web/transfers.hpp"

namespace causeway::web {

/// All downloads by http and https of the process: so many at a time, on one loop. Main thread;
/// outlives its fetches.
class Downloads final : public api::WebFetcher
{
public:
    /// Both outlive it. Throws when libcurl cannot be.
    Downloads(base::EventLoop& loop,
              api::StreamTransport& streams,
              std::size_t mostAtOnce = Places::mostAtOnce)
        : transfers_(loop)
        , places_(loop, mostAtOnce)
        , shared_{loop, streams, transfers_, places_}
    {}

    [[nodiscard]] std::unique_ptr<api::PackageFetch>
    fetchFromWeb(api::WebPlan plan, api::FetchListener& listener) override
    {
        return std::make_unique<HttpFetch>(shared_, std::move(plan), listener);
    }

private:
    Transfers transfers_;
    Places places_;
    HttpFetch::Shared shared_;
};

} // namespace causeway::web
