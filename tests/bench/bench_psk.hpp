// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace causeway::bench {

/// TLS_PSK_WITH_AES_128_CCM_8 and nothing else, on both ends.
inline constexpr const char* priority =
    "NONE:+VERS-DTLS1.2:+PSK:+AES-128-CCM-8:+AEAD:+SHA256:+SIGN-ECDSA-SHA256";

inline std::string deviceName(std::size_t index)
{
    return "bench-" + std::to_string(index);
}

/// Every identity has a key of its own that both ends can work out: a seeded generator
/// (SplitMix64), no secret.
inline std::array<std::uint8_t, 16> keyOf(std::string_view identity)
{
    std::uint64_t state = 0x9e3779b97f4a7c15;
    for (const unsigned char octet : identity)
        state = (state ^ octet) * 0x100000001b3;
    std::array<std::uint8_t, 16> key{};
    for (std::size_t i = 0; i < key.size(); ++i) {
        state += 0x9e3779b97f4a7c15;
        std::uint64_t mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        key.at(i) = static_cast<std::uint8_t>(mixed >> 56);
    }
    return key;
}

} // namespace causeway::bench
