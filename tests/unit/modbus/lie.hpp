// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

#include "agent/base/bytes.hpp"
#include "bridges/modbus/frame.hpp"

namespace causeway::bridges::modbus {

/// What a Liar's register holds.
inline std::uint16_t truth(std::uint32_t address)
{
    return static_cast<std::uint16_t>(address * 3 + 7);
}

/// Any: that a run can be repeated is what matters.
inline constexpr std::uint32_t usualSeed = 20261121;

/// In every way we could think of.
enum class Lie {
    None,
    Silence,
    Late,
    Short,
    Long,
    WrongUnit,
    WrongFunction,
    WrongCount,
    Damaged,
    Exception,
    Slow,
    NoiseBefore,
    NoiseAfter,
    Twice,
    TwiceLater,
    WrongTransaction,
    WrongProtocol,
    WrongLength,
    Last = WrongLength,
};

/// The frames of who answers, whether he lies or not.
template <bool isTcp>
struct LiarFrames
{
    static constexpr std::size_t start = isTcp ? 6 : 0; // of unit identifier and PDU

    std::mt19937 random{usualSeed};

    int pick(int smallest, int largest)
    {
        return std::uniform_int_distribution<int>(smallest, largest)(random);
    }

    static base::Bytes honest(const base::Bytes& request)
    {
        const auto word = [&](std::size_t i) {
            return static_cast<std::uint32_t>((request[start + i] << 8U) | request[start + i + 1]);
        };
        base::Bytes body{
            request[start], request[start + 1], static_cast<std::uint8_t>(word(4) * 2)};
        for (std::uint32_t i = 0; i < word(4); ++i) {
            body.push_back(static_cast<std::uint8_t>(truth(word(2) + i) >> 8U));
            body.push_back(static_cast<std::uint8_t>(truth(word(2) + i) & 0xFFU));
        }
        return body;
    }

    static base::Bytes wrapped(const base::Bytes& request, const base::Bytes& body)
    {
        base::Bytes frame;
        if (isTcp) {
            frame.assign(request.begin(), request.begin() + 4);
            frame.push_back(0);
            frame.push_back(static_cast<std::uint8_t>(body.size()));
        }
        frame.insert(frame.end(), body.begin(), body.end());
        if (!isTcp) {
            const std::uint16_t crc = crc16(body);
            frame.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
            frame.push_back(static_cast<std::uint8_t>(crc >> 8U));
        }
        return frame;
    }

    base::Bytes noise()
    {
        base::Bytes octets(static_cast<std::size_t>(pick(1, 9)));
        for (auto& octet : octets)
            octet = static_cast<std::uint8_t>(pick(0, 255));
        return octets;
    }

    /// Lies inside a frame whose check sum is right.
    void bend(Lie lie, base::Bytes& body)
    {
        if (lie == Lie::Short)
            body.resize(body.size() - static_cast<std::size_t>(pick(1, 2)));
        if (lie == Lie::Long)
            body.insert(body.end(), 2, 0x55);
        if (lie == Lie::WrongUnit)
            body[0] = static_cast<std::uint8_t>(body[0] + 1);
        if (lie == Lie::WrongFunction)
            body[1] ^= 7U;
        if (lie == Lie::WrongCount)
            body[2] = static_cast<std::uint8_t>(body[2] + 2);
        if (lie == Lie::Exception)
            body = {body[0],
                    static_cast<std::uint8_t>(body[1] | 0x80U),
                    static_cast<std::uint8_t>(pick(1, 11))};
    }

    /// Lies about the frame itself.
    void damage(Lie lie, base::Bytes& frame)
    {
        if (lie == Lie::Damaged && !isTcp)
            frame[static_cast<std::size_t>(pick(0, static_cast<int>(frame.size()) - 1))] ^= 0x10U;
        if (lie == Lie::WrongTransaction && isTcp)
            frame[1] ^= 3U;
        if (lie == Lie::WrongProtocol && isTcp)
            frame[2] = 1;
        if (lie == Lie::WrongLength && isTcp)
            frame[5] = static_cast<std::uint8_t>(frame[5] + pick(-2, 2) * 2 + 1);
        const base::Bytes extra = noise();
        if (lie == Lie::NoiseBefore)
            frame.insert(frame.begin(), extra.begin(), extra.end());
        if (lie == Lie::NoiseAfter)
            frame.insert(frame.end(), extra.begin(), extra.end());
        if (lie == Lie::Twice) {
            const base::Bytes copy = frame;
            frame.insert(frame.end(), copy.begin(), copy.end());
        }
    }
};

} // namespace causeway::bridges::modbus
