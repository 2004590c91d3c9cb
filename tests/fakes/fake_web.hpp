// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "agent/api/web.hpp"

namespace causeway::fakes {

/// Keeps what it should fetch, and fetches nothing.
class FakeWeb final : public api::WebFetcher
{
public:
    [[nodiscard]] std::unique_ptr<api::PackageFetch> fetchFromWeb(api::WebPlan plan,
                                                                  api::FetchListener&) override
    {
        plans.push_back(std::move(plan));
        return std::make_unique<Fetch>();
    }

    std::vector<api::WebPlan> plans;

private:
    class Fetch final : public api::PackageFetch
    {};
};

} // namespace causeway::fakes
