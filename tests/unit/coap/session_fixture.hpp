// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/base/event_loop.hpp"
#include "agent/coap/endpoint.hpp"
#include "tests/fakes/memory_resumptions.hpp"
#include "tests/fakes/memory_store.hpp"

namespace causeway::tests {

/// Writes down what a session tells, and answers requests with 2.05 and their path.
class RecordingListener final : public api::SessionListener
{
public:
    void onConnected(const api::ChannelFacts& channelFacts) override { facts = channelFacts; }

    void onAlert(std::uint8_t alert) override { alerts.push_back(alert); }

    void onClosed(const base::Error& reason) override { closed.push_back(reason); }

    void onRequest(api::Request request, api::Respond respond) override
    {
        requests.push_back(request);
        if (isBroken)
            throw std::logic_error("the listener is broken");
        if (isSlow) {
            waiting.push_back(std::move(respond));
            return;
        }
        api::Response response;
        for (const auto& segment : request.path)
            response.payload.insert(response.payload.end(), segment.begin(), segment.end());
        respond(std::move(response));
    }

    void onReset(const api::Token& token) override { resets.push_back(token); }

    bool isSlow = false;   ///< requests wait
    bool isBroken = false; ///< every request meets a fault of the program
    std::optional<api::ChannelFacts> facts;
    std::vector<int> alerts;
    std::vector<base::Error> closed;
    std::vector<api::Request> requests;
    std::vector<api::Respond> waiting;
    std::vector<api::Token> resets;
};

inline const base::Bytes testKey = base::toBytes("0123456789abcdef");

/// A real Endpoint on a real loop, with one credential.
struct SessionFixture
{
    explicit SessionFixture(coap::EndpointSettings settings = {true, std::chrono::seconds(5)})
        : endpoint(loop, store, resumptions, settings)
    {
        store.put({"meter-1", "server"}, "meter-1", testKey);
    }

    std::unique_ptr<api::Session> open(const std::string& uri,
                                       api::SecurityMode mode = api::SecurityMode::Psk,
                                       bool allowsCbcWithoutEtm = false)
    {
        return open({"meter-1", uri, mode, {"meter-1", "server"}, allowsCbcWithoutEtm, {}});
    }

    std::unique_ptr<api::Session> open(api::SessionSettings settings)
    {
        return endpoint.open(std::move(settings), listener);
    }

    /// Runs the loop until the claim is true; says whether it became so within `limit`.
    template <typename Claim>
    bool runUntil(Claim claim, base::Duration limit = std::chrono::seconds(10))
    {
        loop.runOnce(base::Duration::zero());
        const base::TimePoint end = loop.now() + limit;
        while (!claim() && loop.now() < end)
            loop.runOnce(std::chrono::milliseconds(20));
        return claim();
    }

    bool runUntilConnectedOrClosed()
    {
        return runUntil([this] { return listener.facts || !listener.closed.empty(); });
    }

    [[nodiscard]] std::string reason() const
    {
        return listener.closed.empty() ? "" : listener.closed.front().message;
    }

    base::EventLoop loop;
    fakes::MemoryStore store{loop};
    fakes::MemoryResumptions resumptions{loop};
    coap::Endpoint endpoint;
    RecordingListener listener;
};

} // namespace causeway::tests
