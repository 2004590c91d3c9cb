// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/rtu_framing.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace causeway::bridges::modbus {

using base::Bytes;
using base::ByteView;
using base::Error;
using base::ErrorKind;
using base::Retry;
using base::TimePoint;

namespace {

/// Serial Line V1.02 §2.5.1: no frame is longer. Twice that is two answers; more is babble.
constexpr std::size_t mostBuffered = 512;

/// What doubles an answer, a repeater or a converter that hears itself, does so at once: its copy
/// begins when the frame has ended, and the silence after its last octet does the rest.
constexpr base::Duration copyTime = std::chrono::milliseconds(20);
/// A unit from which something has come that nobody had asked for: a usual response timeout, for so
/// long that one who does it now and then is known again.
constexpr base::Duration copyTimeOfSuspects = std::chrono::milliseconds(500);
constexpr base::Duration suspicion = std::chrono::minutes(10);

/// A frame's PDU, without unit identifier and CRC.
ByteView pduOf(ByteView frame)
{
    return frame.subspan(1, frame.size() - 3);
}

bool isAnswerTo(const Framing::Unanswered& one, ByteView frame)
{
    if (one.unitId != frame[0])
        return false;
    const ByteView pdu = pduOf(frame);
    const bool isException = pdu[0] == (one.shape[0] | 0x80U);
    return isException || (pdu.size() >= one.shape.size() &&
                           std::ranges::equal(one.shape, pdu.first(one.shape.size())));
}

} // namespace

Bytes RtuFraming::begin(const Request& request)
{
    request_ = request;
    buffer_.clear();
    hasHeardOthers_ = false;
    isEchoDue_ = echo_ == Echo::Local;
    sent_ = encodeRtu(request);
    return sent_;
}

std::optional<Framing::Result> RtuFraming::receive(ByteView octets, TimePoint now)
{
    buffer_.insert(buffer_.end(), octets.begin(), octets.end());
    if (buffer_.size() > mostBuffered)
        return corrupt({ErrorKind::Corrupt, "the line babbles", Retry::Later}, now);
    if (isEchoDue_) {
        auto collision = takeEcho(now);
        if (collision || isEchoDue_)
            return collision;
    }
    for (;;) {
        const auto length = rtuAnswerLength(buffer_);
        if (!length)
            return std::nullopt;
        if (*length == 0)
            return corrupt({ErrorKind::Corrupt, "no Modbus answer begins like that", Retry::Later},
                           now);
        if (buffer_.size() < *length)
            return std::nullopt;
        if (auto result = judge(ByteView(buffer_).first(*length), now))
            return result;
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(*length));
    }
}

std::optional<Framing::Result> RtuFraming::takeEcho(TimePoint now)
{
    const std::size_t size = std::min(buffer_.size(), sent_.size());
    if (!std::ranges::equal(ByteView(buffer_).first(size), ByteView(sent_).first(size))) {
        countWrongEcho();
        return corrupt({ErrorKind::Corrupt,
                        "what the adapter gave back is not what was sent: two have spoken at once, "
                        "or it gives nothing back",
                        Retry::Later},
                       now);
    }
    if (size == sent_.size()) {
        isEchoDue_ = false;
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size));
    }
    return std::nullopt;
}

bool RtuFraming::looksLikeEcho() const
{
    constexpr std::size_t enough = 4; // unit, function and address: no answer has an address there
    return echo_ == Echo::None && !isWrite(request_.function) && buffer_.size() >= enough &&
           std::ranges::equal(ByteView(buffer_).first(enough), ByteView(sent_).first(enough));
}

std::optional<Framing::Result> RtuFraming::judge(ByteView frame, TimePoint now)
{
    if (!hasGoodCrc(frame))
        return corrupt({ErrorKind::Corrupt,
                        looksLikeEcho()
                            ? "the adapter seems to give back what it sends: if so, the "
                              "line's localEcho must be on"
                            : "the answer's CRC is wrong",
                        Retry::Later},
                       now);
    if (frame[0] != request_.unitId) {
        // Not settled: it may be the answer to this very request from who lies about its name.
        noteStray(frame, now);
        hasHeardOthers_ = true;
        return std::nullopt;
    }
    Result result = decodePdu(request_, pduOf(frame));
    // An exception does not name its request either: an unanswered one takes it first.
    if (!result && settle(frame)) {
        countStray();
        return std::nullopt;
    }
    if (!result && result.error().kind == ErrorKind::Corrupt)
        return corrupt(result.error(), now);
    if (buffer_.size() > frame.size())
        return corrupt({ErrorKind::Corrupt, "more octets follow the answer", Retry::Later}, now);
    expectCopy(result, now);
    return result;
}

Framing::Result RtuFraming::corrupt(Error error, TimePoint now)
{
    remember(now);
    return tl::unexpected(std::move(error));
}

Error RtuFraming::giveUpOn(Number, TimePoint now)
{
    remember(now);
    if (isEchoDue_)
        return {ErrorKind::Timeout, "the adapter has not given back what was sent", Retry::Later};
    if (!buffer_.empty())
        return {ErrorKind::Corrupt, "the answer broke off", Retry::Later};
    if (hasHeardOthers_)
        return {ErrorKind::Timeout, "no answer, but another unit spoke", Retry::Later};
    return {ErrorKind::Timeout, "no answer", Retry::Later};
}

void RtuFraming::receiveIdle(ByteView octets, TimePoint now)
{
    std::erase_if(unanswered_, [now](const Unanswered& one) { return one.until <= now; });
    buffer_.insert(buffer_.end(), octets.begin(), octets.end());
    for (auto length = rtuAnswerLength(buffer_); length; length = rtuAnswerLength(buffer_)) {
        if (*length == 0 || buffer_.size() > mostBuffered) {
            buffer_.clear();
            return;
        }
        if (buffer_.size() < *length)
            return;
        const ByteView frame = ByteView(buffer_).first(*length);
        if (hasGoodCrc(frame)) {
            noteStray(frame, now);
            settle(frame);
        }
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(*length));
    }
}

std::optional<TimePoint> RtuFraming::heldUntil(const Request& request, TimePoint now) const
{
    std::optional<TimePoint> until;
    const auto concerns = [&](const auto& one) {
        return one.unitId == request.unitId && one.until > now;
    };
    for (const Unanswered& one : unanswered_) {
        if (concerns(one) && one.shape == answerShape(request))
            until = std::max(until.value_or(one.until), one.until);
    }
    for (const Answered& one : answered_) {
        if (concerns(one) && couldBeCopied(one, request))
            until = std::max(until.value_or(one.until), one.until);
    }
    return until;
}

// The copy of an answer to the very same read is as good as its own.
bool RtuFraming::couldBeCopied(const Answered& answered, const Request& request)
{
    if (!isWrite(request.function) && request.address == answered.address)
        return false;
    const Bytes shape = answerShape(request);
    return answered.shape.size() <= shape.size() &&
           std::ranges::equal(answered.shape, ByteView(shape).first(answered.shape.size()));
}

void RtuFraming::expectCopy(const Result& result, TimePoint now)
{
    std::erase_if(answered_, [now](const Answered& one) { return one.until <= now; });
    Bytes shape = answerShape(request_);
    if (!result)
        shape.resize(1);
    const auto suspect = doublingUntil_.find(request_.unitId);
    const bool isSuspect = suspect != doublingUntil_.end() && suspect->second > now;
    answered_.push_back({request_.unitId,
                         std::move(shape),
                         request_.address,
                         now + (isSuspect ? copyTimeOfSuspects : copyTime)});
}

void RtuFraming::noteStray(ByteView frame, TimePoint now)
{
    countStray();
    const bool isLate = std::ranges::any_of(
        unanswered_, [&](const Unanswered& one) { return isAnswerTo(one, frame); });
    if (!isLate)
        doublingUntil_[frame[0]] = now + suspicion;
}

std::vector<Framing::Unanswered> RtuFraming::unanswered(TimePoint now) const
{
    std::vector<Unanswered> open = unanswered_;
    std::erase_if(open, [now](const Unanswered& one) { return one.until <= now; });
    return open;
}

void RtuFraming::forgetUnanswered(std::uint8_t unitId)
{
    std::erase_if(unanswered_, [unitId](const Unanswered& one) { return one.unitId == unitId; });
}

void RtuFraming::remember(TimePoint now)
{
    std::erase_if(unanswered_, [now](const Unanswered& one) { return one.until <= now; });
    const base::Duration lateness = std::max(leastLateness_, lateness_);
    unanswered_.push_back({request_.unitId, answerShape(request_), now + lateness});
}

bool RtuFraming::settle(ByteView frame)
{
    const auto found = std::ranges::find_if(
        unanswered_, [&](const Unanswered& one) { return isAnswerTo(one, frame); });
    if (found == unanswered_.end())
        return false;
    unanswered_.erase(found);
    return true;
}

} // namespace causeway::bridges::modbus
