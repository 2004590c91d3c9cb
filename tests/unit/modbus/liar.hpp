// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
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
struct Liar : LiarFrames<isTcp>
{
    using LiarFrames<isTcp>::pick;

    static constexpr base::Duration timeout = std::chrono::milliseconds(500);

    fakes::FakeScheduler scheduler;
    FakeLink* link = nullptr;
    Line line;
    int wrong = 0;
    int right = 0;
    int ended = 0;
    int lies = 0;
    bool isHonest = false;
    std::function<void(const base::Bytes&)> onSent;
    std::deque<std::shared_ptr<base::Timer>> underWay; ///< what the Line has not heard yet

    Liar()
        : line(scheduler, {}, parts(), [](const LineReport&) {})
    {
        onSent = [this](const base::Bytes& frame) {
            answer(frame);
        };
        line.open();
        scheduler.advance(std::chrono::milliseconds(1));
    }

    LineParts parts()
    {
        auto fake = std::make_unique<FakeLink>(scheduler);
        link = fake.get();
        link->gap = std::chrono::milliseconds(2);
        link->onSent = [this](const base::Bytes& frame) {
            onSent(frame);
        };
        std::unique_ptr<Framing> framing;
        if (isTcp)
            framing = std::make_unique<TcpFraming>();
        else
            framing = std::make_unique<RtuFraming>(timeout * 6);
        return {std::move(fake), std::move(framing), timeout, !isTcp};
    }

    /// What a connection carries is lost with it. On a serial line it comes to whoever has opened
    /// the port by then.
    void arrive(base::Bytes octets, base::Duration delay)
    {
        if (isTcp) {
            link->arrive(std::move(octets), delay);
            return;
        }
        auto timer = std::make_shared<base::Timer>(scheduler, [this, octets = std::move(octets)] {
            if (line.isUp())
                static_cast<LinkListener&>(line).onOctets(octets);
        });
        timer->start(delay);
        underWay.push_back(std::move(timer));
        while (underWay.size() > 64 && !underWay.front()->isRunning())
            underWay.pop_front();
    }

    /// An operator who changes or pauses a serial line, and an adapter that comes loose.
    void disturb()
    {
        constexpr int seldom = 20;
        const int what = isTcp ? seldom : pick(0, seldom);
        const auto pause = std::chrono::milliseconds(pick(0, 200));
        if (what == 0) {
            line.change(parts());
        } else if (what == 1) {
            line.close("another tool has the port");
            scheduler.advance(pause);
            line.change(parts());
        } else if (what == 2) {
            link->lose();
            scheduler.advance(pause);
            link->comeBack();
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
        base::Bytes body = this->honest(request);
        this->bend(lie, body);
        base::Bytes frame = this->wrapped(request, body);
        this->damage(lie, frame);
        base::Duration delay = std::chrono::milliseconds(pick(1, 20));
        if (lie == Lie::Late)
            delay = timeout * pick(50, 500) / 100;
        if (lie == Lie::TwiceLater)
            arrive(frame, delay + std::chrono::milliseconds(pick(1, 15)));
        if (lie != Lie::Slow) {
            arrive(std::move(frame), delay);
            return;
        }
        for (const std::uint8_t octet : frame) {
            arrive({octet}, delay);
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
            disturb();
        }
        scheduler.advance(std::chrono::minutes(5));
    }
};

} // namespace causeway::bridges::modbus
