// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "agent/base/bytes.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/secret.hpp"
#include "agent/coap/channel.hpp"
#include "agent/coap/deferred.hpp"
#include "agent/coap/frame.hpp"
#include "agent/coap/signal.hpp"

namespace causeway::coap {

/// CoAP messages in a stream of octets (RFC 8323): frames them, and speaks of the connection with
/// the peer so that nobody above hears of that. Ready when both sides have said what they take.
/// Above it messages have the shape of RFC 7252, whose type and message ID say nothing here.
class FramedChannel final : public Channel, private ChannelListener
{
public:
    /// What we take in one message, the base value of RFC 8323 §5.3.1: a body that is longer comes
    /// in blocks, as by UDP, and no session keeps more of what it has not understood yet.
    static constexpr std::size_t largestTaken = largestMessage;
    /// What we put into one message, whatever the peer would take.
    static constexpr std::size_t largestGiven = 64UL * 1024;
    /// After the server's Release it has this long to be answered (§5.5), then the connection ends.
    static constexpr base::Duration releaseGrace = std::chrono::seconds(2);

    /// A server that has said nothing for so long is asked whether it is there. A NAT forgets (RFC
    /// 5382 §5 allows it after 2 h, many do in 5 min), and a host that lost its power says no
    /// good-bye. Not the kernel's keep-alive: beside TCP_USER_TIMEOUT one lost probe of it ends the
    /// connection, and a program that hangs answers it.
    static constexpr base::Duration pingAfter = std::chrono::seconds(240);
    /// For the Pong: MAX_TRANSMIT_WAIT, as by UDP (RFC 7252 §4.8.2).
    static constexpr base::Duration pongLimit = std::chrono::seconds(93);
    /// Messages of one server before the others' turn: each may be two octets long, and thousands
    /// of them come in one piece.
    static constexpr int mostPerRound = 32;

    /// `limit`: for the server's settings, once the stream is ready. All three outlive this.
    FramedChannel(base::Scheduler& scheduler,
                  Deferred& deferred,
                  base::Duration limit,
                  ChannelListener& listener);
    ~FramedChannel() override;
    FramedChannel(const FramedChannel&) = delete;
    FramedChannel& operator=(const FramedChannel&) = delete;

    /// Whom the stream is to tell; then the stream itself, once.
    [[nodiscard]] ChannelListener& asListener() { return *this; }

    void runOver(std::unique_ptr<Channel> stream) { stream_ = std::move(stream); }

    void send(base::ByteView datagram) override;
    void close() override;
    void askWhetherHeard() override;
    void onAnswered() override;

private:
    void onChannelReady(const api::ChannelFacts& facts, base::Secret resumable) override;
    void onDatagram(base::ByteView octets) override;

    void onAlert(std::uint8_t alert) override { listener_.onAlert(alert); }

    void onChannelLost(const base::Error& reason) override;

    void hold(base::ByteView octets);
    void goOnSoon();
    void sendPongs();
    void ping(bool wantsCustody);

    // Each may be the last thing: the listener hears of it.
    void takeFrames(base::ByteView octets);
    void goOn();
    void onFrame(const Frame& frame);
    void onSignal(const Frame& frame);
    void onCsm(const Signal& csm);
    void onPing(const Signal& ping);
    void onPong(const Signal& pong);
    void onRelease(const Signal& release);
    void pass(const Frame& frame);
    void abort(const std::string& what, std::optional<std::uint16_t> badCsmOption = std::nullopt);
    void lose(const base::Error& reason);
    void onLate();

    /// A Ping that is answered when these requests are.
    struct Custody
    {
        api::Token token;
        std::uint64_t newest = 0;
    };

    base::Scheduler& scheduler_;
    Deferred& deferred_;
    ChannelListener& listener_;
    base::Duration limit_;
    FrameReader reader_;
    std::unique_ptr<Channel> stream_;
    std::optional<api::ChannelFacts> facts_; ///< until the server's settings are here
    base::Secret resumable_;
    bool hasSettings_ = false;
    std::optional<base::Error> released_; ///< what the server's Release said
    base::Timer late_;                    ///< for the settings; a Ping, its Pong; after a Release
    base::TimePoint heardAt_{};
    bool hasPinged_ = false; ///< and the Pong is not here
    std::uint8_t pingNumber_ = 0;
    std::optional<Custody> custody_;
    base::Bytes pongs_; ///< go together: one write for a flood of Pings
    base::Bytes held_;  ///< not understood yet; may have keys
    bool isHolding_ = false;
    bool willGoOn_ = false;
    bool* wasDestroyed_ = nullptr;
    base::Lifetime lifetime_;
};

} // namespace causeway::coap
