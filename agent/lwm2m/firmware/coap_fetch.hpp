// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/api/package_fetch.hpp"
#include "agent/api/transport.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/lwm2m/firmware/package_uri.hpp"

namespace causeway::lwm2m {

/// Fetches a package by coap or coaps: GET block by block (RFC 7959 §2.4), each when the last one
/// is wanted no more. What changes on the way is begun anew, a few times.
class CoapFetch final : public api::PackageFetch, private api::SessionListener
{
public:
    /// Transport and listener outlive it.
    CoapFetch(api::Transport& transport,
              api::SessionSettings settings,
              PackageUri uri,
              api::FetchPlan plan,
              api::FetchListener& listener);

private:
    void onConnected(const api::ChannelFacts& facts) override;
    void onClosed(const base::Error& reason) override;
    void onRequest(api::Request request, api::Respond respond) override;
    void onReset(const api::Token& token) override;

    void ask();
    // What each of these calls may destroy this.
    void onAnswer(base::Expected<api::Response> answer);
    void onBlock(api::Response response);
    void beginAnew();

    PackageUri uri_;
    api::FetchListener& listener_;
    std::uint64_t offset_;
    std::string version_;
    std::optional<std::uint32_t> total_;
    std::uint8_t exponent_;
    int beginnings_ = 1;
    std::unique_ptr<api::Session> session_;
    base::Lifetime lifetime_;
};

} // namespace causeway::lwm2m
