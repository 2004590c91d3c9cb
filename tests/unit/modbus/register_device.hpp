// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "bridges/modbus/frame.hpp"
#include "bridges/modbus/point.hpp"
#include "tests/unit/modbus/fake_link.hpp"

namespace causeway::bridges::modbus {

/// What such a device holds, and what a test knows of it.
struct RegisterContent
{
    std::map<std::uint16_t, std::uint16_t> holding;
    std::map<std::uint16_t, std::uint16_t> coils;
    std::vector<base::Bytes> writes; ///< as they came, without CRC
    std::size_t reads = 0;
    bool isDead = false;
};

/// A device of registers at the other end of a FakeLink: has those that a test puts in, and answers
/// everything else with exception 2. Speaks RTU.
class RegisterDevice : public RegisterContent
{
public:
    explicit RegisterDevice(std::uint8_t unitId = 1)
        : unitId_(unitId)
    {}

    /// Nothing when the frame is not for this unit, or nobody is at home.
    [[nodiscard]] base::Bytes answer(const base::Bytes& frame)
    {
        if (isDead || frame[0] != unitId_)
            return {};
        base::Bytes pdu(frame.begin() + 1, frame.end() - 2);
        base::Bytes reply = pdu[0] < 5 ? read(pdu) : write(pdu);
        reply.insert(reply.begin(), unitId_);
        const std::uint16_t crc = crc16(reply);
        reply.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
        reply.push_back(static_cast<std::uint8_t>(crc >> 8U));
        return reply;
    }

private:
    static std::uint16_t wordAt(const base::Bytes& octets, std::size_t at)
    {
        return static_cast<std::uint16_t>((octets[at] << 8U) | octets[at + 1]);
    }

    static base::Bytes exception(std::uint8_t function)
    {
        return {static_cast<std::uint8_t>(function | 0x80U), 2};
    }

    base::Bytes read(const base::Bytes& pdu)
    {
        ++reads;
        const auto& table = pdu[0] < 3 ? coils : holding;
        const std::uint16_t first = wordAt(pdu, 1);
        const std::uint16_t count = wordAt(pdu, 3);
        base::Bytes values;
        for (std::uint16_t i = 0; i < count; ++i) {
            const auto found = table.find(static_cast<std::uint16_t>(first + i));
            if (found == table.end())
                return exception(pdu[0]);
            if (pdu[0] >= 3) {
                values.push_back(static_cast<std::uint8_t>(found->second >> 8U));
                values.push_back(static_cast<std::uint8_t>(found->second & 0xFFU));
                continue;
            }
            values.resize(i / 8U + 1);
            values[i / 8U] |= static_cast<std::uint8_t>((found->second & 1U) << (i % 8U));
        }
        base::Bytes reply{pdu[0], static_cast<std::uint8_t>(values.size())};
        reply.insert(reply.end(), values.begin(), values.end());
        return reply;
    }

    base::Bytes write(const base::Bytes& pdu)
    {
        writes.push_back(pdu);
        const std::uint16_t first = wordAt(pdu, 1);
        auto& table = pdu[0] == 5 || pdu[0] == 15 ? coils : holding;
        if (!table.contains(first))
            return exception(pdu[0]);
        if (pdu[0] == 5)
            table[first] = pdu[3] != 0 ? 1 : 0;
        if (pdu[0] == 6)
            table[first] = wordAt(pdu, 3);
        if (pdu[0] == 16) {
            for (std::uint16_t i = 0; i < wordAt(pdu, 3); ++i)
                table[static_cast<std::uint16_t>(first + i)] = wordAt(pdu, 6 + std::size_t{2} * i);
        }
        if (pdu[0] == 22) {
            const std::uint16_t kept = wordAt(pdu, 3);
            table[first] =
                static_cast<std::uint16_t>((table[first] & kept) | (wordAt(pdu, 5) & ~kept));
            return pdu;
        }
        return {pdu.begin(), pdu.begin() + 5};
    }

    std::uint8_t unitId_;
};

} // namespace causeway::bridges::modbus
