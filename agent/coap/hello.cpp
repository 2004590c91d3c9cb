// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/hello.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "agent/coap/cipher_policy.hpp"

namespace causeway::coap {

namespace {

constexpr std::size_t versionAndRandom = 2 + 32;

constexpr std::uint16_t encryptThenMac = 22;
constexpr std::uint16_t extendedMasterSecret = 23;
constexpr std::uint16_t renegotiationInfo = 0xFF01;
constexpr std::uint16_t renegotiationSignal = 0x00FF; ///< a suite that is none (RFC 5746 §3.3)

// RFC 5246 §7.2.
constexpr std::uint8_t handshakeFailure = 40;
constexpr std::uint8_t illegalParameter = 47;
constexpr std::uint8_t unsupportedExtension = 110;

/// Takes octets from the front. Once they do not suffice it has failed, and gives nothing more.
class Reader
{
public:
    explicit Reader(base::ByteView octets)
        : rest_(octets)
    {}

    base::ByteView take(std::size_t size)
    {
        if (size > rest_.size()) {
            hasFailed_ = true;
            rest_ = {};
            return {};
        }
        const base::ByteView taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    std::uint8_t number8()
    {
        const base::ByteView octets = take(1);
        return octets.empty() ? std::uint8_t{0} : octets[0];
    }

    std::uint16_t number16()
    {
        const base::ByteView octets = take(2);
        return octets.empty() ? std::uint16_t{0}
                              : static_cast<std::uint16_t>(octets[0] << 8U | octets[1]);
    }

    /// What follows its length.
    base::ByteView vector8() { return take(number8()); }

    base::ByteView vector16() { return take(number16()); }

    [[nodiscard]] bool isAtEnd() const { return rest_.empty(); }

    [[nodiscard]] bool hasFailed() const { return hasFailed_; }

    /// All of it was there, and there was no more.
    [[nodiscard]] bool isWhole() const { return rest_.empty() && !hasFailed_; }

private:
    base::ByteView rest_;
    bool hasFailed_ = false;
};

/// The last thing in a hello; it may be left out.
std::optional<std::vector<std::uint16_t>> readExtensions(Reader& hello)
{
    std::vector<std::uint16_t> numbers;
    if (hello.hasFailed())
        return std::nullopt;
    if (hello.isAtEnd())
        return numbers;
    Reader list(hello.vector16());
    while (!list.isAtEnd()) {
        numbers.push_back(list.number16());
        (void)list.vector16();
    }
    if (!list.isWhole() || !hello.isWhole())
        return std::nullopt;
    return numbers;
}

bool contains(const std::vector<std::uint16_t>& numbers, std::uint16_t wanted)
{
    return std::ranges::find(numbers, wanted) != numbers.end();
}

bool isOffered(const ClientHello& ours, std::uint16_t extension)
{
    return contains(ours.extensions, extension) ||
           (extension == renegotiationInfo && contains(ours.suites, renegotiationSignal));
}

bool isCbc(std::uint16_t suite)
{
    const auto known = allCipherSuites();
    const auto row = std::ranges::find(known, suite, &CipherSuite::number);
    return row != known.end() && row->isCbc;
}

std::optional<HelloFault> judgeExtensions(const ClientHello& ours, const ServerHello& theirs)
{
    for (auto at = theirs.extensions.begin(); at != theirs.extensions.end(); ++at) {
        if (!isOffered(ours, *at))
            return HelloFault{
                unsupportedExtension,
                fmt::format("the server answered extension {}, which was not offered", *at)};
        if (std::find(theirs.extensions.begin(), at, *at) != at)
            return HelloFault{illegalParameter,
                              fmt::format("the server answered extension {} twice", *at)};
    }
    if (contains(theirs.extensions, encryptThenMac) && !isCbc(theirs.suite))
        return HelloFault{illegalParameter,
                          "the server answered encrypt-then-MAC for a cipher suite that has none "
                          "(RFC 7366)"};
    return std::nullopt;
}

} // namespace

std::optional<ClientHello> parseClientHello(base::ByteView body, bool hasCookie)
{
    Reader reader(body);
    (void)reader.take(versionAndRandom);
    ClientHello hello;
    const base::ByteView sessionId = reader.vector8();
    hello.sessionId.assign(sessionId.begin(), sessionId.end());
    if (hasCookie)
        (void)reader.vector8();
    Reader suites(reader.vector16());
    (void)reader.vector8(); // compression
    while (!suites.isAtEnd())
        hello.suites.push_back(suites.number16());
    auto extensions = readExtensions(reader);
    if (!suites.isWhole() || !extensions)
        return std::nullopt;
    hello.extensions = std::move(*extensions);
    return hello;
}

std::optional<ServerHello> parseServerHello(base::ByteView body)
{
    Reader reader(body);
    (void)reader.take(versionAndRandom);
    ServerHello hello;
    const base::ByteView sessionId = reader.vector8();
    hello.sessionId.assign(sessionId.begin(), sessionId.end());
    hello.suite = reader.number16();
    hello.compression = reader.number8();
    auto extensions = readExtensions(reader);
    if (!extensions)
        return std::nullopt;
    hello.extensions = std::move(*extensions);
    return hello;
}

bool isResumption(const ClientHello& ours, const ServerHello& theirs)
{
    return !theirs.sessionId.empty() && theirs.sessionId == ours.sessionId;
}

std::optional<HelloFault>
judgeServerHello(const ClientHello& ours, const ServerHello& theirs, std::uint16_t keptSuite)
{
    if (!contains(ours.suites, theirs.suite) || theirs.suite == renegotiationSignal)
        return HelloFault{handshakeFailure, "the server chose a cipher suite that was not offered"};
    if (theirs.compression != 0)
        return HelloFault{illegalParameter, "the server wants to compress, which was not offered"};
    if (auto fault = judgeExtensions(ours, theirs))
        return fault;
    if (!isResumption(ours, theirs))
        return std::nullopt;
    if (theirs.suite != keptSuite)
        return HelloFault{illegalParameter,
                          "the server resumed a session with a cipher suite that is not the "
                          "session's"};
    if (!contains(theirs.extensions, extendedMasterSecret))
        return HelloFault{handshakeFailure,
                          "the server resumed a session without its extended master secret (RFC "
                          "7627)"};
    return std::nullopt;
}

} // namespace causeway::coap
