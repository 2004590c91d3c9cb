// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "agent/base/scheduler.hpp"
#include "agent/base/secret.hpp"
#include "agent/coap/channel.hpp"
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

    /// `limit`: for the server's settings, once the stream is ready. Scheduler and listener outlive
    /// this.
    FramedChannel(base::Scheduler& scheduler, base::Duration limit, ChannelListener& listener);
    ~FramedChannel() override;
    FramedChannel(const FramedChannel&) = delete;
    FramedChannel& operator=(const FramedChannel&) = delete;

    /// Whom the stream is to tell; then the stream itself, once.
    [[nodiscard]] ChannelListener& asListener() { return *this; }

    void runOver(std::unique_ptr<Channel> stream) { stream_ = std::move(stream); }

    void send(base::ByteView datagram) override;
    void close() override;

private:
    void onChannelReady(const api::ChannelFacts& facts, base::Secret resumable) override;
    void onDatagram(base::ByteView octets) override;
    void onChannelLost(const base::Error& reason) override;

    // Each may be the last thing: the listener hears of it.
    void onFrame(const Frame& frame);
    void onSignal(const Frame& frame);
    void onCsm(const Signal& csm);
    void onRelease(const Signal& release);
    void pass(const Frame& frame);
    void abort(const std::string& what, std::optional<std::uint16_t> badCsmOption = std::nullopt);
    void lose(base::Error reason);
    void onLate();

    ChannelListener& listener_;
    base::Duration limit_;
    FrameReader reader_;
    std::unique_ptr<Channel> stream_;
    std::optional<api::ChannelFacts> facts_; ///< until the server's settings are here
    base::Secret resumable_;
    bool hasSettings_ = false;
    std::optional<base::Error> released_; ///< what the server's Release said
    base::Timer late_;                    ///< for the settings; after a Release
    bool* wasDestroyed_ = nullptr;
};

} // namespace causeway::coap
