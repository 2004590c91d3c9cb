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
                             Deferred& deferred,
                             base::Duration limit,
                             ChannelListener& listener)
    : scheduler_(scheduler)
    , deferred_(deferred)
    , listener_(listener)
    , limit_(limit)
    , reader_(largestTaken)
    , late_(scheduler, [this] { onLate(); })
{}

FramedChannel::~FramedChannel()
{
    base::wipe(held_);
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
    if (!hasSettings_) {
        lose({ErrorKind::Timeout,
              "the server has not said what it takes (RFC 8323, 7.01 CSM): it may speak another "
              "protocol",
              Retry::Later});
        return;
    }
    if (hasPinged_ && !isHolding_) {
        lose({ErrorKind::Timeout,
              fmt::format("the server has not answered a Ping for {} s (RFC 8323 §5.4)",
                          std::chrono::duration_cast<std::chrono::seconds>(pongLimit).count()),
              Retry::AfterReconnect});
        return;
    }
    if (hasPinged_) // its Pong may be among what is held
        late_.start(pongLimit);
    else if (scheduler_.now() < heardAt_ + pingAfter)
        late_.startAt(heardAt_ + pingAfter);
    else
        ping(false);
}

void FramedChannel::onDatagram(base::ByteView octets)
{
    heardAt_ = scheduler_.now();
    if (isHolding_)
        held_.insert(held_.end(), octets.begin(), octets.end());
    else
        takeFrames(octets);
}

void FramedChannel::takeFrames(base::ByteView octets)
{
    for (int taken = 0; !octets.empty(); ++taken) {
        if (taken == mostPerRound || listener_.underWay().isFull) {
            hold(octets);
            break;
        }
        const auto frame = reader_.next(octets);
        if (!frame) {
            abort(frame.error().message);
            return;
        }
        if (!*frame)
            break;
        const base::Survival lives(wasDestroyed_);
        onFrame(**frame);
        if (!lives)
            return;
    }
    sendPongs();
}

// TCP has no NSTART: who asks more than is served at a time waits, and its network with it, instead
// of being refused.
void FramedChannel::hold(base::ByteView octets)
{
    held_.assign(octets.begin(), octets.end());
    isHolding_ = true;
    stream_->stopReading();
    if (!listener_.underWay().isFull)
        goOnSoon();
}

void FramedChannel::goOnSoon()
{
    if (!std::exchange(willGoOn_, true))
        deferred_.run(lifetime_.guard([this] {
            willGoOn_ = false;
            goOn();
        }));
}

void FramedChannel::goOn()
{
    base::Bytes octets = std::exchange(held_, {});
    isHolding_ = false;
    const base::Survival lives(wasDestroyed_);
    takeFrames(octets);
    base::wipe(octets);
    if (lives && !isHolding_)
        stream_->readOn();
}

// From inside a call of the listener, which goes on: what is held comes when this round ends.
void FramedChannel::onAnswered()
{
    const UnderWay left = listener_.underWay();
    if (custody_ && (left.oldest == 0 || left.oldest > custody_->newest)) {
        stream_->send(writePong(custody_->token, true));
        custody_.reset();
    }
    if (isHolding_)
        goOnSoon();
}

void FramedChannel::sendPongs()
{
    if (!pongs_.empty())
        stream_->send(std::exchange(pongs_, {}));
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
        onPing(*signal);
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
        onPong(*signal);
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
    late_.start(pingAfter);
    const api::ChannelFacts facts = *facts_;
    facts_.reset();
    listener_.onChannelReady(facts, std::move(resumable_));
}

// §5.4.1: Custody says that all requests before the Ping are dealt with; the Pong waits for that.
// One waits at a time: the option is elective, and who asks faster is told only that we are here.
void FramedChannel::onPing(const Signal& ping)
{
    const UnderWay before = listener_.underWay();
    if (ping.wantsCustody && before.oldest != 0 && !custody_) {
        custody_ = Custody{ping.token, before.newest};
        return;
    }
    const base::Bytes pong = writePong(ping.token, ping.wantsCustody && before.oldest == 0);
    pongs_.insert(pongs_.end(), pong.begin(), pong.end());
}

// What is sent in order is read in order: with Custody or without, the server's program has had all
// that went before the Ping. What the kernel at the other end has (SIOCOUTQ) would say less, not
// tell when, and be the proxy's where one is between.
void FramedChannel::askWhetherHeard()
{
    if (hasSettings_)
        ping(true);
}

void FramedChannel::ping(bool wantsCustody)
{
    hasPinged_ = true;
    if (!released_)
        late_.start(pongLimit);
    stream_->send(writePing({{++pingNumber_}, 1}, wantsCustody));
}

// Only the newest counts.
void FramedChannel::onPong(const Signal& pong)
{
    if (!hasPinged_ || pong.token != api::Token{{pingNumber_}, 1})
        return;
    hasPinged_ = false;
    if (!released_)
        late_.start(pingAfter);
    listener_.onHeard();
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

void FramedChannel::lose(const Error& reason)
{
    late_.stop();
    listener_.onChannelLost(Error(reason)); // what the Release said goes with this
}

} // namespace causeway::coap
