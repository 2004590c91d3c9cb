// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/signal.hpp"

#include <algorithm>

#include <coap3/coap.h>

namespace causeway::coap {

using base::ByteView;
using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

// RFC 8323 §5.3 to §5.6: each code counts its options anew.
constexpr std::uint16_t maxMessageSizeOption = 2;
constexpr std::uint16_t blockwiseOption = 4;
constexpr std::uint16_t custodyOption = 2;
constexpr std::uint16_t holdOffOption = 4;
constexpr std::uint16_t badCsmOption = 2;

constexpr std::uint8_t payloadMarker = 0xFF;
constexpr std::size_t longestUint = 4;

std::optional<std::uint32_t> toUint(ByteView value)
{
    if (value.size() > longestUint)
        return std::nullopt; // RFC 7252 §5.4.3: as an option that is not known
    std::uint32_t result = 0;
    for (const std::uint8_t octet : value)
        result = result << 8U | octet;
    return result;
}

void keep(Signal& signal, std::uint16_t number, ByteView value)
{
    const auto number32 = toUint(value);
    if (signal.code == SignalCode::Csm && number == maxMessageSizeOption && number32)
        signal.maxMessageSize = number32;
    else if (signal.code == SignalCode::Csm && number == blockwiseOption)
        signal.hasBlockwise = true;
    else if (signal.code == SignalCode::Ping && number == custodyOption)
        signal.wantsCustody = true;
    else if (signal.code == SignalCode::Release && number == holdOffOption)
        signal.holdOffSeconds = number32;
    else if (signal.code == SignalCode::Abort && number == badCsmOption && number32)
        signal.badCsmOption = static_cast<std::uint16_t>(*number32);
    else if ((number & 1U) != 0 && !signal.unknownCritical)
        signal.unknownCritical = number;
}

base::Bytes write(MessageWriter& writer)
{
    return toFrame(writer.datagram());
}

MessageWriter begin(SignalCode code, const api::Token& token = {})
{
    return MessageWriter(
        Header{MessageType::NonConfirmable, static_cast<std::uint8_t>(code), 0, token});
}

OptionNumber numbered(std::uint16_t number)
{
    return static_cast<OptionNumber>(number);
}

} // namespace

Expected<Signal> decodeSignal(const Frame& frame)
{
    Signal signal;
    signal.code = static_cast<SignalCode>(frame.code);
    signal.token.size = frame.tokenSize;
    std::copy_n(frame.tail.begin(), frame.tokenSize, signal.token.octets.begin());
    ByteView rest = frame.tail.subspan(frame.tokenSize);
    std::uint32_t number = 0;
    while (!rest.empty() && rest.front() != payloadMarker) {
        coap_option_t parsed{};
        const std::size_t used = coap_opt_parse(rest.data(), rest.size(), &parsed);
        number += parsed.delta;
        if (used == 0 || number > UINT16_MAX)
            return fail(ErrorKind::Corrupt, "an option runs over the end of the message");
        keep(signal, static_cast<std::uint16_t>(number), {parsed.value, parsed.length});
        rest = rest.subspan(used);
    }
    if (rest.size() == 1)
        return fail(ErrorKind::Corrupt, "a payload marker with no payload behind it");
    if (!rest.empty())
        signal.diagnostic = base::asText(rest.subspan(1));
    return signal;
}

base::Bytes writeCsm(std::uint32_t maxMessageSize)
{
    MessageWriter writer = begin(SignalCode::Csm);
    writer.uintOption(numbered(maxMessageSizeOption), maxMessageSize);
    writer.option(numbered(blockwiseOption), {});
    return write(writer);
}

base::Bytes writePing(const api::Token& token, bool wantsCustody)
{
    MessageWriter writer = begin(SignalCode::Ping, token);
    if (wantsCustody)
        writer.option(numbered(custodyOption), {});
    return write(writer);
}

base::Bytes writePong(const api::Token& token, bool givesCustody)
{
    MessageWriter writer = begin(SignalCode::Pong, token);
    if (givesCustody)
        writer.option(numbered(custodyOption), {});
    return write(writer);
}

base::Bytes writeRelease()
{
    MessageWriter writer = begin(SignalCode::Release);
    return write(writer);
}

base::Bytes writeAbort(const std::string& diagnostic, std::optional<std::uint16_t> bad)
{
    MessageWriter writer = begin(SignalCode::Abort);
    if (bad)
        writer.uintOption(numbered(badCsmOption), *bad);
    writer.payload(base::asBytes(diagnostic));
    return write(writer);
}

} // namespace causeway::coap
