// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/framed_channel.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/secret.hpp"
#include "agent/base/survival.hpp"
#include "agent/coap/message.hpp"

namespace causeway::coap {

using base::Error;
using base::ErrorKind;
using base::Retry;

namespace {

constexpr std::size_t datagramHeaderSize = 4;

/// Of a server's diagnostic, for a log line.
constexpr std::size_t longestDiagnostic = 120;

std::string quoted(std::string_view diagnostic)
{
    if (diagnostic.empty() || !base::isValidUtf8(diagnostic))
        return {};
    std::string text(diagnostic.substr(0, longestDiagnostic));
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < ' '; }, ' ');
    return fmt::format(": \"{}\"", text);
}

} // namespace

FramedChannel::FramedChannel(base::Scheduler& scheduler,
                             base::Duration limit,
                             ChannelListener& listener)
    : listener_(listener)
    , limit_(limit)
    , reader_(largestTaken)
    , late_(scheduler, [this] { onLate(); })
{}

FramedChannel::~FramedChannel()
{
    if (wasDestroyed_ != nullptr)
        *wasDestroyed_ = true;
}

// RFC 8323 §5.3: the first message of each side; neither waits for the other's to send its own.
void FramedChannel::onChannelReady(const api::ChannelFacts& facts, base::Secret resumable)
{
    facts_ = facts;
    facts_->isReliable = true;
    resumable_ = std::move(resumable);
    late_.start(limit_);
    stream_->send(writeCsm(largestTaken));
}

void FramedChannel::onLate()
{
    if (released_) {
        lose(*released_);
        return;
    }
    lose({ErrorKind::Timeout,
          "the server has not said what it takes (RFC 8323, 7.01 CSM): it may speak another "
          "protocol",
          Retry::Later});
}

void FramedChannel::onDatagram(base::ByteView octets)
{
    for (;;) {
        const auto frame = reader_.next(octets);
        if (!frame) {
            abort(frame.error().message);
            return;
        }
        if (!*frame)
            return;
        const base::Survival lives(wasDestroyed_);
        onFrame(**frame);
        if (!lives)
            return;
    }
}

void FramedChannel::onFrame(const Frame& frame)
{
    if (codeClass(frame.code) == signalClass)
        onSignal(frame);
    else if (!hasSettings_)
        abort("the first message is no CSM");
    else if (frame.code != emptyCode) // §3.4: that one says only that the peer is there
        pass(frame);
}

void FramedChannel::onSignal(const Frame& frame)
{
    const auto signal = decodeSignal(frame);
    if (!signal) {
        abort(signal.error().message);
        return;
    }
    const bool isCsm = signal->code == SignalCode::Csm;
    if (!hasSettings_ && !isCsm && signal->code != SignalCode::Abort) {
        abort("the first message is no CSM");
        return;
    }
    if (signal->unknownCritical) {
        const auto bad = isCsm ? signal->unknownCritical : std::nullopt;
        abort(fmt::format("option {} of a 7.{:02} message is not known",
                          *signal->unknownCritical,
                          frame.code & 0x1FU),
              bad);
        return;
    }
    switch (signal->code) {
    case SignalCode::Csm:
        onCsm(*signal);
        break;
    case SignalCode::Ping:
        stream_->send(writePong(*signal));
        break;
    case SignalCode::Release:
        onRelease(*signal);
        break;
    case SignalCode::Abort:
        lose({ErrorKind::Unreachable,
              "the server aborted the connection" + quoted(signal->diagnostic),
              Retry::Later});
        break;
    case SignalCode::Pong:
        break;
    }
}

// §5.3: may come again, and what it does not say stays as it was.
void FramedChannel::onCsm(const Signal& csm)
{
    if (csm.maxMessageSize || !hasSettings_) {
        const std::size_t taken = csm.maxMessageSize.value_or(largestMessage);
        listener_.onReliableCarrier(std::min(taken, largestGiven + frameGrowth) -
                                    std::min(taken, frameGrowth));
    }
    if (std::exchange(hasSettings_, true))
        return;
    late_.stop();
    const api::ChannelFacts facts = *facts_;
    facts_.reset();
    listener_.onChannelReady(facts, std::move(resumable_));
}

// §5.5: no new requests, and what is under way is finished.
void FramedChannel::onRelease(const Signal& release)
{
    if (released_)
        return;
    std::string text = "the server released the connection" + quoted(release.diagnostic);
    if (release.holdOffSeconds)
        text += fmt::format(", and asks for {} s before the next", *release.holdOffSeconds);
    released_ = Error{ErrorKind::Unreachable, std::move(text), Retry::Later};
    late_.start(releaseGrace);
}

void FramedChannel::pass(const Frame& frame)
{
    std::array<std::uint8_t, datagramHeaderSize + largestTaken> datagram; // NOLINT: filled now
    const std::size_t size = toDatagram(frame, datagram);
    const auto octets = std::span(datagram).first(size);
    // Nobody sends it again, and whoever asked would wait for ever.
    const auto header = decodeHeader(octets);
    const base::Expected<Message> message =
        header ? decodeMessage(octets, *header)
               : base::fail(ErrorKind::Corrupt, "a frame that is no message");
    if (message)
        listener_.onDatagram(octets);
    else
        abort(message.error().message);
    base::wipe(octets); // a Bootstrap-Server sends keys
}

void FramedChannel::send(base::ByteView datagram)
{
    const bool isRequest = codeClass(datagram[1]) == 0;
    if (isRequest && released_)
        return; // fails with the connection, in a moment
    stream_->send(toFrame(datagram));
}

void FramedChannel::close()
{
    if (hasSettings_)
        stream_->send(writeRelease());
    stream_->close();
}

void FramedChannel::abort(const std::string& what, std::optional<std::uint16_t> badCsmOption)
{
    stream_->send(writeAbort(what, badCsmOption));
    stream_->close();
    lose({ErrorKind::Corrupt, "the server breaks RFC 8323: " + what, Retry::Later});
}

void FramedChannel::onChannelLost(const Error& reason)
{
    lose(released_ ? *released_ : reason);
}

void FramedChannel::lose(Error reason)
{
    late_.stop();
    listener_.onChannelLost(reason);
}

} // namespace causeway::coap
