// SPDX-License-Identifier: Apache-2.0
#include "store/sealed_blob.hpp"

#include <array>

namespace causeway::store {

namespace {

constexpr std::string_view magic = "CWS1";
constexpr std::string_view magicWithRegisters = "CWS2";
constexpr std::size_t registersSize = 3;
/// A TPM2B_PUBLIC or TPM2B_PRIVATE of a sealed object has below 300; TPMs have 2 KiB buffers.
constexpr std::size_t largestPart = 2048;

void append(base::Bytes& output, const base::Bytes& part)
{
    output.push_back(static_cast<std::uint8_t>(part.size() >> 8U));
    output.push_back(static_cast<std::uint8_t>(part.size()));
    output.insert(output.end(), part.begin(), part.end());
}

/// Takes one part off the front; false when there is none.
bool take(base::ByteView& rest, base::Bytes& part)
{
    if (rest.size() < 2)
        return false;
    const std::size_t size = std::size_t{rest[0]} << 8U | rest[1];
    if (size == 0 || size > largestPart || size > rest.size() - 2)
        return false;
    part.assign(rest.begin() + 2, rest.begin() + 2 + static_cast<std::ptrdiff_t>(size));
    rest = rest.subspan(2 + size);
    return true;
}

void append(base::Bytes& output, const api::PlatformRegisters& registers)
{
    const auto bits = registers.to_ulong();
    for (std::size_t i = 0; i < registersSize; ++i)
        output.push_back(static_cast<std::uint8_t>(bits >> 8U * i));
}

/// False when there are none, or none of them is set: that is the other magic's.
bool take(base::ByteView& rest, api::PlatformRegisters& registers)
{
    if (rest.size() < registersSize)
        return false;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < registersSize; ++i)
        bits |= std::uint32_t{rest[i]} << 8U * i;
    registers = api::PlatformRegisters(bits);
    rest = rest.subspan(registersSize);
    return registers.any();
}

} // namespace

base::Bytes encode(const SealedBlob& blob)
{
    base::Bytes output = base::toBytes(blob.registers.any() ? magicWithRegisters : magic);
    if (blob.registers.any())
        append(output, blob.registers);
    for (const base::Bytes* part : {&blob.rootKeyName, &blob.publicArea, &blob.privateArea})
        append(output, *part);
    return output;
}

base::Expected<SealedBlob> decodeSealedBlob(base::ByteView octets)
{
    SealedBlob blob;
    const bool hasRegisters = base::asText(octets).starts_with(magicWithRegisters);
    if (!hasRegisters && !base::asText(octets).starts_with(magic))
        return base::fail(base::ErrorKind::Corrupt, "the key slot is not a sealed key");
    base::ByteView rest = octets.subspan(magic.size());
    if (hasRegisters && !take(rest, blob.registers))
        return base::fail(base::ErrorKind::Corrupt, "the sealed key names no registers");
    for (base::Bytes* part : {&blob.rootKeyName, &blob.publicArea, &blob.privateArea}) {
        if (!take(rest, *part))
            return base::fail(base::ErrorKind::Corrupt, "the sealed key is cut short");
    }
    if (!rest.empty())
        return base::fail(base::ErrorKind::Corrupt, "the sealed key is followed by something else");
    return blob;
}

} // namespace causeway::store
