// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "agent/api/transport.hpp"

namespace causeway::fakes {

/// What a test sees of one session, also after its owner has destroyed it.
struct FakePeer
{
    struct Asked
    {
        api::Request request;
        api::Session::ResponseDone done;
    };

    struct Notified
    {
        api::Token token;
        api::Response response;
        bool isConfirmable = false;
        api::Session::DeliveryDone done;
    };

    api::SessionSettings settings;
    api::SessionListener* listener = nullptr;
    std::deque<Asked> asked;       ///< requests that nobody has answered yet
    std::deque<Notified> notified; ///< notifications whose delivery is open
    std::optional<base::TimePoint> lastHeardAt;
    bool isClosed = false; ///< the owner said close()
    bool isDestroyed = false;

    void connect(const api::ChannelFacts& facts = {}) { listener->onConnected(facts); }

    void resume()
    {
        api::ChannelFacts facts;
        facts.isResumed = true;
        connect(facts);
    }

    /// The connection fails or is lost: waiting requests fail first.
    void lose(const base::Error& reason)
    {
        failAll(reason);
        if (!isDestroyed)
            listener->onClosed(reason);
    }

    /// Answers the oldest open request.
    void answer(api::Response response) { take(asked).done(std::move(response)); }

    void answer(model::OutcomeCode code)
    {
        api::Response response;
        response.code = code;
        answer(std::move(response));
    }

    /// 2.01 with this Location-Path.
    void accept(std::vector<std::string> location = {"rd", "5a3f"})
    {
        api::Response response;
        response.code = model::OutcomeCode::Created;
        response.locationPath = std::move(location);
        answer(std::move(response));
    }

    /// Nobody answers the oldest open request.
    void timeOut()
    {
        take(asked).done(
            base::fail(base::ErrorKind::Timeout, "no answer in 93 s", base::Retry::Later));
    }

    /// The oldest open notification ends like this.
    void deliver(api::Delivery delivery) { take(notified).done(delivery); }

    /// A request of the server; the result fills when the client responds, which it never does
    /// while it takes none.
    std::shared_ptr<std::optional<api::Response>> request(api::Request request)
    {
        auto answered = std::make_shared<std::optional<api::Response>>();
        if (!listener->takesRequests())
            return answered;
        listener->onRequest(std::move(request), [answered](api::Response response) {
            *answered = std::move(response);
        });
        return answered;
    }

private:
    template <typename Open>
    static Open take(std::deque<Open>& open)
    {
        if (open.empty())
            throw std::logic_error("nothing is open that could be answered");
        Open next = std::move(open.front());
        open.pop_front();
        return next;
    }

    void failAll(const base::Error& reason)
    {
        auto waiting = std::move(asked);
        asked.clear();
        for (auto& one : waiting)
            one.done(base::fail(reason));
    }
};

/// An api::Transport whose peers do what the test says. The sessions it opened stay visible.
class FakeTransport final : public api::Transport
{
public:
    [[nodiscard]] std::unique_ptr<api::Session> open(api::SessionSettings settings,
                                                     api::SessionListener& listener) override
    {
        auto peer = std::make_shared<FakePeer>();
        peer->settings = std::move(settings);
        peer->listener = &listener;
        peers.push_back(peer);
        return std::make_unique<FakeSession>(std::move(peer));
    }

    /// The newest session.
    [[nodiscard]] FakePeer& peer() { return *peers.back(); }

    std::vector<std::shared_ptr<FakePeer>> peers;

private:
    class FakeSession final : public api::Session
    {
    public:
        explicit FakeSession(std::shared_ptr<FakePeer> peer)
            : peer_(std::move(peer))
        {}

        ~FakeSession() override { peer_->isDestroyed = true; }

        FakeSession(const FakeSession&) = delete;
        FakeSession& operator=(const FakeSession&) = delete;

        void request(api::Request request, ResponseDone done) override
        {
            peer_->asked.push_back({std::move(request), std::move(done)});
        }

        void notify(const api::Token& token,
                    api::Response response,
                    bool isConfirmable,
                    DeliveryDone done) override
        {
            peer_->notified.push_back({token, std::move(response), isConfirmable, std::move(done)});
        }

        void close() override { peer_->isClosed = true; }

        [[nodiscard]] std::optional<base::TimePoint> lastHeardAt() const override
        {
            return peer_->lastHeardAt;
        }

    private:
        std::shared_ptr<FakePeer> peer_; // shared with the test, which outlives the session
    };
};

} // namespace causeway::fakes
