// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>

#include "bridges/modbus/line.hpp"
#include "bridges/modbus/rtu_framing.hpp"
#include "bridges/modbus/tcp_framing.hpp"
#include "tests/unit/modbus/fake_link.hpp"
#include "tests/unit/modbus/lie.hpp"

namespace causeway::bridges::modbus {

/// A device that answers wrongly, a Line that believes it or not, and a clock of their own. Its
/// register n holds n * 3 + 7, so that an answer to one question is never the right one to another.
template <bool isTcp>
struct Liar
{
    static constexpr base::Duration timeout = std::chrono::milliseconds(500);

    fakes::FakeScheduler scheduler;
    FakeLink* link = nullptr;
    std::mt19937 random{20261121};
    Line line;
    int wrong = 0;
    int right = 0;
    int ended = 0;
    int lies = 0;
    bool isHonest = false;

    Liar()
        : line(scheduler, {}, parts(), [](const LineReport&) {})
    {
        line.open();
        link->onSent = [this](const base::Bytes& frame) {
            answer(frame);
        };
        scheduler.advance(std::chrono::milliseconds(1));
    }

    LineParts parts()
    {
        auto fake = std::make_unique<FakeLink>(scheduler);
        link = fake.get();
        link->gap = std::chrono::milliseconds(2);
        std::unique_ptr<Framing> framing;
        if (isTcp)
            framing = std::make_unique<TcpFraming>();
        else
            framing = std::make_unique<RtuFraming>(timeout * 6);
        return {std::move(fake), std::move(framing), timeout, !isTcp};
    }

    int pick(int smallest, int largest)
    {
        return std::uniform_int_distribution<int>(smallest, largest)(random);
    }

    static constexpr std::size_t start = isTcp ? 6 : 0; // of unit identifier and PDU

    base::Bytes honest(const base::Bytes& request) const
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

    void answer(const base::Bytes& request)
    {
        const auto lie =
            isHonest ? Lie::None : static_cast<Lie>(pick(0, static_cast<int>(Lie::Last)));
        if (lie != Lie::None)
            ++lies;
        if (lie == Lie::Silence)
            return;
        base::Bytes body = honest(request);
        bend(lie, body);
        base::Bytes frame = wrapped(request, body);
        damage(lie, frame);
        base::Duration delay = std::chrono::milliseconds(pick(1, 20));
        if (lie == Lie::Late)
            delay = timeout * pick(50, 500) / 100;
        if (lie != Lie::Slow) {
            link->arrive(std::move(frame), delay);
            return;
        }
        for (const std::uint8_t octet : frame) {
            link->arrive({octet}, delay);
            delay += std::chrono::milliseconds(50);
        }
    }

    void ask(std::uint8_t unitId)
    {
        const Request request{unitId,
                              FunctionCode::ReadHoldingRegisters,
                              static_cast<std::uint16_t>(pick(0, 1000)),
                              static_cast<std::uint16_t>(pick(1, 3)),
                              {}};
        const auto priority = pick(0, 1) == 0 ? Priority::Read : Priority::Poll;
        line.submit(request, priority, [this, request](const base::Expected<Answer>& result) {
            ++ended;
            if (!result)
                return;
            Answer expected;
            for (std::uint32_t i = 0; i < request.count; ++i)
                expected.push_back(truth(request.address + i));
            ++(*result == expected ? right : wrong);
        });
    }

    void run(int questions)
    {
        for (int i = 0; i < questions; ++i) {
            ask(static_cast<std::uint8_t>(pick(1, 4)));
            scheduler.advance(std::chrono::milliseconds(pick(0, 2500)));
        }
        scheduler.advance(std::chrono::minutes(5));
    }
};

} // namespace causeway::bridges::modbus
