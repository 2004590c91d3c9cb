// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/tcp_framing.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace causeway::bridges::modbus {

using base::Bytes;
using base::ByteView;
using base::Error;
using base::ErrorKind;
using base::fail;
using base::Retry;
using base::TimePoint;

namespace {

// What the length field may say: unit identifier and a PDU of two octets to the most.
constexpr std::size_t leastLength = 3;
constexpr std::size_t mostLength = 1 + mostPduOctets;
constexpr std::size_t octetsBeforeLength = 6;
/// Answers that come later than this many requests are no answers of this connection: after three
/// silences in a row there is a new one.
constexpr std::uint16_t latestAnswer = 256;

} // namespace

Bytes TcpFraming::begin(const Request& request)
{
    ++transactionId_;
    waiting_.push_back({transactionId_, request});
    return encodeTcp(request, transactionId_);
}

std::optional<Framing::Result> TcpFraming::receive(ByteView octets, TimePoint)
{
    buffer_.insert(buffer_.end(), octets.begin(), octets.end());
    while (buffer_.size() >= mbapOctets) {
        const MbapHeader header = decodeMbap(buffer_);
        if (header.protocolId != 0)
            return lostAll("the answer is not Modbus: its protocol identifier is not 0");
        if (header.length < leastLength || header.length > mostLength)
            return lostAll("the answer's length cannot be");
        if (buffer_.size() < octetsBeforeLength + header.length)
            return std::nullopt;
        if (auto result = takeFrame())
            return result;
    }
    return std::nullopt;
}

std::optional<Framing::Result> TcpFraming::takeFrame()
{
    const MbapHeader header = decodeMbap(buffer_);
    const std::size_t size = octetsBeforeLength + header.length;
    const Bytes frame(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size));
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size));
    const auto request = take(header.transactionId);
    if (!request) {
        countStray();
        return std::nullopt;
    }
    ended_ = header.transactionId;
    // A server that mixes one answer into another leaves the end of one behind; nothing else in a
    // frame would show it.
    if (!canBeginFrame(buffer_))
        return lost("what follows the answer is no frame");
    return judge(*request, frame);
}

std::optional<Request> TcpFraming::take(Number exchange)
{
    const auto place = std::ranges::find(waiting_, exchange, &Waiting::number);
    if (place == waiting_.end())
        return std::nullopt;
    std::optional<Request> taken = std::move(place->request);
    waiting_.erase(place);
    return taken;
}

bool TcpFraming::canBeginFrame(ByteView octets) const
{
    const auto word = [&](std::size_t at) {
        return static_cast<std::uint16_t>((octets[at] << 8U) | octets[at + 1]);
    };
    if (octets.size() >= 2 && static_cast<std::uint16_t>(transactionId_ - word(0)) > latestAnswer)
        return false;
    if (octets.size() >= 4 && word(2) != 0)
        return false;
    return octets.size() < octetsBeforeLength || (word(4) >= leastLength && word(4) <= mostLength);
}

Framing::Result TcpFraming::judge(const Request& request, ByteView frame)
{
    if (decodeMbap(frame).unitId != request.unitId)
        return lost("the answer names another unit");
    Result result = decodePdu(request, frame.subspan(mbapOctets));
    // Our transaction, and not our answer: whatever sends this is not to be followed further.
    if (!result && result.error().kind == ErrorKind::Corrupt)
        hasLostTrack_ = true;
    return result;
}

// Nobody knows whose answer it was: it counts as the oldest one's, and the others end with the
// connection. While nobody waits it is nobody's.
Framing::Result TcpFraming::lostAll(std::string_view why)
{
    if (!waiting_.empty()) {
        ended_ = waiting_.front().number;
        waiting_.erase(waiting_.begin());
    }
    return lost(why);
}

Framing::Result TcpFraming::lost(std::string_view why)
{
    hasLostTrack_ = true;
    buffer_.clear();
    return fail(ErrorKind::Corrupt, std::string(why), Retry::AfterReconnect);
}

// A server sends a frame as a whole: what comes later may complete it and never have belonged to
// it.
std::optional<Framing::Result> TcpFraming::onStandstill()
{
    if (buffer_.empty())
        return std::nullopt;
    if (buffer_.size() < mbapOctets || !take(decodeMbap(buffer_).transactionId))
        return lostAll("the answer broke off");
    ended_ = decodeMbap(buffer_).transactionId;
    return lost("the answer broke off");
}

bool TcpFraming::isBegunOf(Number exchange) const
{
    if (buffer_.size() < mbapOctets)
        return !buffer_.empty() && waiting_.empty();
    return decodeMbap(buffer_).transactionId == exchange || waiting_.empty();
}

Error TcpFraming::giveUpOn(Number exchange, TimePoint)
{
    take(exchange);
    if (isBegunOf(exchange)) {
        hasLostTrack_ = true;
        return {ErrorKind::Corrupt, "the answer broke off", Retry::AfterReconnect};
    }
    return {ErrorKind::Timeout, "no answer", Retry::Later};
}

void TcpFraming::receiveIdle(ByteView octets, TimePoint now)
{
    // Nobody waits, so every frame is dropped; a stream that is no stream of frames shows itself.
    static_cast<void>(receive(octets, now));
}

std::optional<TimePoint> TcpFraming::heldUntil(const Request&, TimePoint) const
{
    return std::nullopt;
}

void TcpFraming::reset()
{
    buffer_.clear();
    waiting_.clear();
    hasLostTrack_ = false;
}

} // namespace causeway::bridges::modbus
