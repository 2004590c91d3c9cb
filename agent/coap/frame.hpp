// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/coap/message.hpp"

/// CoAP messages in a stream of octets (RFC 8323 §3.2): a length in front, neither type nor message
/// ID. Pure.
namespace causeway::coap {

/// One message as the stream has it. Its view is good until the reader is asked again.
struct Frame
{
    std::uint8_t code = emptyCode;
    std::uint8_t tokenSize = 0;
    base::ByteView tail; ///< token, options, payload
};

/// Cuts a stream into frames, however its octets come in pieces. Keeps one unfinished frame at
/// most, and none longer than it may be.
class FrameReader
{
public:
    /// `largest`: octets of one frame, its length and all. What says it is longer is refused when
    /// its first octets are here.
    explicit FrameReader(std::size_t largest);
    ~FrameReader();
    FrameReader(const FrameReader&) = delete;
    FrameReader& operator=(const FrameReader&) = delete;

    /// Takes the next frame from the front of `stream`; nothing when that is used up. After a
    /// failure, which is Corrupt or LimitExceeded, nothing that follows can be understood.
    [[nodiscard]] base::Expected<std::optional<Frame>> next(base::ByteView& stream);

    [[nodiscard]] std::size_t kept() const { return held_.size(); }

private:
    [[nodiscard]] base::Expected<std::optional<Frame>> nextHeld(base::ByteView& stream);
    void hold(base::ByteView& stream, std::size_t size);
    void dropTaken();

    std::size_t largest_;
    base::Bytes held_;         ///< of a frame whose rest has not come; wiped: it may have keys
    bool isHeldTaken_ = false; ///< the caller has had it
};

/// A frame in the shape that RFC 7252 §3 gives a message, as Exchange takes it: type and message ID
/// are made up. Nothing when it does not fit.
[[nodiscard]] std::size_t toDatagram(const Frame& frame, std::span<std::uint8_t> datagram);

/// The other way round; type and message ID are left out.
[[nodiscard]] base::Bytes toFrame(base::ByteView datagram);

/// By how much a frame may be longer than its datagram: six octets of length and code for four.
inline constexpr std::size_t frameGrowth = 2;

} // namespace causeway::coap
