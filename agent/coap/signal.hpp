// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/coap/frame.hpp"
#include "agent/coap/message.hpp"

/// What two ends of a CoAP connection tell each other about it (RFC 8323 §5). Pure.
namespace causeway::coap {

enum class SignalCode : std::uint8_t {
    Csm = 225,     ///< 7.01, capabilities and settings
    Ping = 226,    ///< 7.02
    Pong = 227,    ///< 7.03
    Release = 228, ///< 7.04, good-bye
    Abort = 229,   ///< 7.05, good-bye at once
};

/// RFC 8323 §5: all of class 7.
inline constexpr unsigned signalClass = 7;

struct Signal
{
    SignalCode code = SignalCode::Csm;
    api::Token token;
    std::optional<std::uint32_t> maxMessageSize;
    bool hasBlockwise = false;
    bool wantsCustody = false;
    std::optional<std::uint32_t> holdOffSeconds;
    std::optional<std::uint16_t> badCsmOption;
    /// RFC 8323 §5.2: the first option that must be understood, and is not.
    std::optional<std::uint16_t> unknownCritical;
    std::string_view diagnostic; ///< of the frame; as it came
};

/// Fails on a format error. A code without a name is none.
[[nodiscard]] base::Expected<Signal> decodeSignal(const Frame& frame);

/// Frames.
[[nodiscard]] base::Bytes writeCsm(std::uint32_t maxMessageSize);
[[nodiscard]] base::Bytes writePing(const api::Token& token, bool wantsCustody);
[[nodiscard]] base::Bytes writePong(const api::Token& token, bool givesCustody);
[[nodiscard]] base::Bytes writeRelease();
[[nodiscard]] base::Bytes writeAbort(const std::string& diagnostic,
                                     std::optional<std::uint16_t> badCsmOption);

} // namespace causeway::coap
