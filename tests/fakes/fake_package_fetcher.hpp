// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/api/package_fetch.hpp"

namespace causeway::fakes {

/// A repository that sends what the test says.
class FakePackageFetcher final : public api::PackageFetcher
{
public:
    [[nodiscard]] std::vector<api::PackageProtocol> protocols() const override { return spoken; }

    [[nodiscard]] std::unique_ptr<api::PackageFetch> fetch(api::FetchPlan plan,
                                                           api::FetchListener& listener) override
    {
        plans.push_back(std::move(plan));
        listener_ = &listener;
        return std::make_unique<Fetch>(*this);
    }

    [[nodiscard]] bool isFetching() const { return listener_ != nullptr; }

    void give(std::uint64_t offset,
              std::string_view octets,
              bool isLast = false,
              std::string version = "v1")
    {
        give({offset, base::toBytes(octets), {}, std::move(version), isLast});
    }

    void give(api::PackagePiece piece)
    {
        listener_->onPiece(std::move(piece), [this] { ++wanted; });
    }

    void fail(base::ErrorKind kind, base::Retry retry = base::Retry::Never)
    {
        listener_->onFetchFailed({kind, "the test says so", retry});
    }

    std::vector<api::PackageProtocol> spoken{api::PackageProtocol::Coap,
                                             api::PackageProtocol::Coaps};
    std::vector<api::FetchPlan> plans;
    int wanted = 0; ///< pieces asked for after others

private:
    class Fetch final : public api::PackageFetch
    {
    public:
        explicit Fetch(FakePackageFetcher& owner)
            : owner_(owner)
        {}

        ~Fetch() override { owner_.listener_ = nullptr; }

    private:
        FakePackageFetcher& owner_;
    };

    api::FetchListener* listener_ = nullptr;
};

} // namespace causeway::fakes
