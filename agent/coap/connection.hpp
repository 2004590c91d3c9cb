// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "agent/base/lifetime.hpp"
#include "agent/coap/channel.hpp"
#include "agent/coap/environment.hpp"
#include "agent/coap/exchange.hpp"
#include "agent/coap/meter.hpp"
#include "agent/coap/secure_session.hpp"

namespace causeway::coap {

/// api::Session: finds the server, opens the channel to it and runs the Exchange over that.
class Connection final : public api::Session, private Carrier, private ChannelListener
{
public:
    /// Begins when the loop comes round next. Environment and listener outlive it.
    Connection(Environment& environment,
               api::SessionSettings settings,
               api::SessionListener& listener);
    ~Connection() override;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void request(api::Request request, ResponseDone done) override;
    void notify(const api::Token& token,
                api::Response response,
                bool isConfirmable,
                DeliveryDone done) override;
    void close() override;
    [[nodiscard]] std::optional<base::TimePoint> lastHeardAt() const override;

    [[nodiscard]] std::uint32_t discardedRecords() const override
    {
        return channel_ ? channel_->discardedRecords() : 0;
    }

private:
    struct Opening;
    using Addresses = std::vector<SocketAddress>;

    // The base is private: make_unique could not convert.
    ChannelListener& asListener() { return *this; }

    void begin();
    void onAddresses(base::Expected<Addresses> addresses);
    void prepareTrust();
    void fetchCredential();
    void onCredential(base::Expected<api::Credential> credential);
    void onResumption(base::Secret state);
    void tryNextAddress();
    [[nodiscard]] base::Expected<base::UniqueFd> connectNext();
    void openPlain(base::UniqueFd socket);
    void openSecure(base::UniqueFd socket);
    [[nodiscard]] HandshakeTerms makeTerms();
    void keepResumable(const api::ChannelFacts& facts, base::Secret resumable);
    void countDatagram(std::size_t octets);
    void shutDown(const base::Error& reason);

    void sendDatagram(base::ByteView datagram) override;

    void askWhetherHeard() override
    {
        if (channel_)
            channel_->askWhetherHeard();
    }

    void onAnswered() override
    {
        if (channel_)
            channel_->onAnswered();
    }

    void onRequest(api::Request request, api::Respond respond) override;
    [[nodiscard]] bool takesRequests() const override;
    [[nodiscard]] bool takesPieces(const api::Request& head) const override;
    void onReset(const api::Token& token) override;
    void onPeerLost(const base::Error& reason) override;

    void onChannelReady(const api::ChannelFacts& facts, base::Secret resumable) override;
    void onReliableCarrier(std::size_t largest) override;
    void onDatagram(base::ByteView datagram) override;
    void onHeard() override;

    [[nodiscard]] UnderWay underWay() const override { return exchange_.underWay(); }

    void onAlert(std::uint8_t alert) override;
    void onChannelLost(const base::Error& reason) override;

    Environment& environment_;
    api::SessionListener& listener_;
    Meter meter_;
    Exchange exchange_;
    std::unique_ptr<Opening> opening_; ///< until the channel is ready
    std::unique_ptr<Channel> channel_;
    api::CredentialId credential_;
    base::TimePoint lastHeardAt_{};
    base::TimePoint endsAt_{}; ///< of what the full handshake serves for; unset for NoSec
    std::uint32_t records_ = 0;
    bool isKept_ = true; ///< what would be resumed
    bool isClosed_ = false;
    bool wasLeft_ = false; ///< the owner wants to hear no more
    base::Lifetime lifetime_;
};

} // namespace causeway::coap
