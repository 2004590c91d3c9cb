// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/resumption.hpp"

#include <algorithm>

#include "agent/coap/fingerprint.hpp"

namespace causeway::coap {

namespace {

// Layout: format, seconds since 1970, server mark, suite, GnuTLS's octets; numbers big-endian.
constexpr std::uint8_t format = 2;
constexpr std::size_t numberSize = 8;
constexpr std::size_t headerSize = 1 + 3 * numberSize;

void putNumber(std::span<std::uint8_t> octets, std::uint64_t number)
{
    for (std::size_t i = numberSize; i-- > 0; number >>= 8U)
        octets[i] = static_cast<std::uint8_t>(number);
}

std::uint64_t takeNumber(base::ByteView octets)
{
    std::uint64_t number = 0;
    for (const std::uint8_t octet : octets.first(numberSize))
        number = number << 8U | octet;
    return number;
}

std::chrono::seconds secondsOf(base::WallTime time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch());
}

} // namespace

std::uint64_t serverMark(std::string_view uri)
{
    return fingerprint(base::asBytes(uri));
}

base::Secret encode(const Resumption& resumption)
{
    base::Secret encoded(headerSize + resumption.session.size());
    const auto octets = encoded.mutableView();
    octets[0] = format;
    putNumber(octets.subspan(1),
              static_cast<std::uint64_t>(secondsOf(resumption.fullHandshakeAt).count()));
    putNumber(octets.subspan(1 + numberSize), resumption.server);
    putNumber(octets.subspan(1 + 2 * numberSize), resumption.suite);
    std::ranges::copy(resumption.session.view(), octets.begin() + headerSize);
    return encoded;
}

std::optional<Resumption> decodeResumption(base::ByteView octets)
{
    if (octets.size() <= headerSize || octets[0] != format)
        return std::nullopt;
    // A year beyond what the clock's type holds is none of ours.
    constexpr std::uint64_t latest = 1ULL << 33U;
    const std::uint64_t seconds = takeNumber(octets.subspan(1));
    if (seconds > latest)
        return std::nullopt;
    return Resumption{base::WallTime(std::chrono::seconds(seconds)),
                      takeNumber(octets.subspan(1 + numberSize)),
                      static_cast<std::uint16_t>(takeNumber(octets.subspan(1 + 2 * numberSize))),
                      base::Secret(octets.subspan(headerSize))};
}

bool mayResume(const Resumption& resumption,
               std::uint64_t server,
               base::WallTime now,
               base::Duration limit)
{
    // The store keeps whole seconds, cut off: it is never later than it was.
    const base::Duration age = now - resumption.fullHandshakeAt;
    return resumption.server == server && age >= base::Duration::zero() && age < limit;
}

} // namespace causeway::coap
