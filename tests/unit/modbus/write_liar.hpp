// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "tests/unit/modbus/liar.hpp"

namespace causeway::bridges::modbus {

/// How a Liar confirms a write.
enum class EchoLie {
    None,
    Silence,
    Late,
    Damaged, ///< RTU; an honest one on TCP
    WrongUnit,
    WrongFunction,
    WrongAddress,
    WrongValue, ///< or count
    Short,
    Exception,
    ExceptionAfter,
    Twice,
    TwiceLater,
    Last = TwiceLater,
};

/// The same for writes. Nothing may be told as written that the device has not confirmed, and
/// nothing may reach it twice. Few addresses and values, so that one confirmation could pass for
/// another's.
template <bool isTcp>
struct WriteLiar : Liar<isTcp>
{
    struct Write
    {
        Request request;
        int sent = 0;
        bool isConfirmed = false; ///< the right confirmation has arrived
        bool isEnded = false;
    };

    std::deque<Write> writes; ///< in the order of asking; a reference to one stays good
    std::deque<std::shared_ptr<base::Timer>> confirmations;
    int twice = 0;

    WriteLiar()
    {
        this->onSent = [this](const base::Bytes& frame) {
            confirm(frame);
        };
    }

    Request any(std::uint8_t unitId)
    {
        constexpr std::array functions{FunctionCode::WriteSingleCoil,
                                       FunctionCode::WriteSingleRegister,
                                       FunctionCode::WriteMultipleCoils,
                                       FunctionCode::WriteMultipleRegisters,
                                       FunctionCode::MaskWriteRegister};
        Request request{unitId,
                        functions.at(static_cast<std::size_t>(this->pick(0, 4))),
                        static_cast<std::uint16_t>(this->pick(0, 3)),
                        1,
                        {}};
        const bool isSingle = request.function == FunctionCode::WriteSingleCoil ||
                              request.function == FunctionCode::WriteSingleRegister;
        const bool isMask = request.function == FunctionCode::MaskWriteRegister;
        if (!isSingle && !isMask)
            request.count = static_cast<std::uint16_t>(this->pick(1, 3));
        for (int i = 0; i < (isMask ? 2 : request.count); ++i)
            request.values.push_back(static_cast<std::uint16_t>(this->pick(0, 1)));
        return request;
    }

    void askToWrite(std::uint8_t unitId)
    {
        Write& write = writes.emplace_back(Write{any(unitId)});
        this->line.submit(
            write.request, Priority::Write, [this, &write](const base::Expected<Answer>& result) {
                ++this->ended;
                write.isEnded = true;
                if (result)
                    ++(write.isConfirmed ? this->right : this->wrong);
            });
    }

    /// Whose frame this is; equal ones go in the order of asking.
    Write* writeOf(const base::Bytes& frame)
    {
        const auto isIt = [&](const Write& write) {
            if (write.sent > 0 || write.isEnded || write.request.unitId != frame[this->start])
                return false;
            const base::Bytes pdu = encodePdu(write.request);
            const base::ByteView sent = base::ByteView(frame).subspan(this->start + 1);
            return sent.size() >= pdu.size() && std::ranges::equal(pdu, sent.first(pdu.size()));
        };
        const auto found = std::ranges::find_if(writes, isIt);
        return found == writes.end() ? nullptr : &*found;
    }

    void arriveAsConfirmation(Write& write, base::Bytes frame, base::Duration delay)
    {
        auto timer =
            std::make_shared<base::Timer>(this->scheduler, [&write] { write.isConfirmed = true; });
        timer->start(delay - std::chrono::microseconds(1)); // just before its octets
        confirmations.push_back(std::move(timer));
        while (!confirmations.front()->isRunning() && confirmations.size() > 64)
            confirmations.pop_front();
        this->arrive(std::move(frame), delay);
    }

    static void bendEcho(EchoLie lie, base::Bytes& body)
    {
        if (lie == EchoLie::WrongUnit)
            ++body[0];
        if (lie == EchoLie::WrongFunction)
            body[1] = body[1] == 6 ? 5 : 6;
        if (lie == EchoLie::WrongAddress)
            body[3] ^= 1U;
        if (lie == EchoLie::WrongValue)
            body[5] ^= 1U;
        if (lie == EchoLie::Short)
            body.pop_back();
        if (lie == EchoLie::Exception)
            body = {body[0], static_cast<std::uint8_t>(body[1] | 0x80U), 4};
    }

    void confirm(const base::Bytes& request)
    {
        Write* const write = writeOf(request);
        if (write == nullptr) {
            ++twice;
            return;
        }
        ++write->sent;
        const auto lie = static_cast<EchoLie>(this->pick(0, static_cast<int>(EchoLie::Last)));
        this->lies += lie == EchoLie::None ? 0 : 1;
        if (lie == EchoLie::Silence)
            return;
        const auto begin = request.begin() + static_cast<std::ptrdiff_t>(this->start);
        // V1.1b3 §6.5, §6.6, §6.11, §6.12, §6.16, with the unit identifier
        const auto size = static_cast<std::ptrdiff_t>(1 + answerOctets(write->request));
        const base::Bytes echo(begin, begin + size);
        base::Bytes body = echo;
        bendEcho(lie, body);
        base::Bytes frame = this->wrapped(request, body);
        const base::Bytes echoed = frame;
        if (lie == EchoLie::Damaged && !isTcp)
            frame.back() ^= 1U;
        const bool isTrue = body == echo && (lie != EchoLie::Damaged || isTcp);
        base::Duration delay = std::chrono::milliseconds(this->pick(1, 20));
        if (lie == EchoLie::Late)
            delay = this->timeout * this->pick(50, 500) / 100;
        if (lie == EchoLie::Twice)
            frame.insert(frame.end(), echoed.begin(), echoed.end());
        if (lie == EchoLie::ExceptionAfter)
            this->arrive(
                this->wrapped(request, {echo[0], static_cast<std::uint8_t>(echo[1] | 0x80U), 4}),
                delay + std::chrono::milliseconds(this->pick(0, 900)));
        if (lie == EchoLie::TwiceLater)
            this->arrive(echoed, delay + std::chrono::milliseconds(this->pick(1, 15)));
        if (isTrue)
            arriveAsConfirmation(*write, std::move(frame), delay);
        else
            this->arrive(std::move(frame), delay);
    }

    void runWrites(int number)
    {
        for (int i = 0; i < number; ++i) {
            askToWrite(static_cast<std::uint8_t>(this->pick(1, 4)));
            this->scheduler.advance(std::chrono::milliseconds(this->pick(0, 2500)));
            this->disturb();
        }
        this->scheduler.advance(std::chrono::minutes(5));
        writes.clear(); // all have ended: a confirmation still under way has passed with the time
    }
};

} // namespace causeway::bridges::modbus
