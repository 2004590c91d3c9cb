// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "bridges/modbus/frame.hpp"

namespace causeway::bridges::modbus {

/// How requests and answers travel on one kind of link, and which octets are the answer to which
/// request under way. One exchange at a time, or several where answers name their request: begin(),
/// then receive() until it says something, else giveUp(). Octets that come at any other time go to
/// receiveIdle(). Pure: time is handed in.
class Framing
{
public:
    virtual ~Framing() = default;

    using Result = base::Expected<Answer>;
    /// Of an exchange; the same again only when nobody remembers the first.
    using Number = std::uint16_t;

    /// Whether begin() may come again before the last exchange has ended.
    [[nodiscard]] virtual bool takesSeveral() const { return false; }

    /// The octets to send.
    [[nodiscard]] virtual base::Bytes begin(const Request& request) = 0;

    /// Of the exchange that begin() began last, and of the one whose end receive() has told.
    [[nodiscard]] virtual Number begun() const { return 0; }

    [[nodiscard]] virtual Number ended() const { return 0; }

    /// The end of an exchange, or nothing while no answer is complete. Answers of others and late
    /// ones are dropped on the way. When several are under way, another end may be in what has come
    /// already: ask again, without octets, until it is nothing.
    [[nodiscard]] virtual std::optional<Result> receive(base::ByteView octets,
                                                        base::TimePoint now) = 0;

    /// The time is up: Timeout, or Corrupt when something came that is not an answer.
    [[nodiscard]] virtual base::Error giveUpOn(Number exchange, base::TimePoint now) = 0;

    [[nodiscard]] base::Error giveUp(base::TimePoint now) { return giveUpOn(begun(), now); }

    /// So many of the last octets belong to what has not ended yet.
    [[nodiscard]] virtual std::size_t octetsLeft() const { return 0; }

    /// What has begun stands still: the end of the exchange that it may belong to, where that can
    /// be no answer any more. Nothing where what follows still may be one.
    [[nodiscard]] virtual std::optional<Result> onStandstill() { return std::nullopt; }

    virtual void receiveIdle(base::ByteView octets, base::TimePoint now) = 0;

    /// Until when this request must wait, because a late answer to another could pass for its own.
    [[nodiscard]] virtual std::optional<base::TimePoint> heldUntil(const Request& request,
                                                                   base::TimePoint now) const = 0;

    /// A request that was given up and may still be answered.
    struct Unanswered
    {
        std::uint8_t unitId;
        base::Bytes shape; ///< of the answer
        base::TimePoint until;
    };

    /// What heldUntil() goes by; nothing where late answers show by themselves.
    [[nodiscard]] virtual std::vector<Unanswered> unanswered(base::TimePoint /*now*/) const
    {
        return {};
    }

    /// The same of the framing before this one, whose answers come over the same wire.
    virtual void expect(std::vector<Unanswered> /*answers*/) {}

    /// This unit's answers to earlier requests, should they still come, may pass for the next
    /// one's.
    virtual void forgetUnanswered(std::uint8_t /*unitId*/) {}

    /// So long after it was given up, the answer to the next request to begin() may still come.
    virtual void expectLateFor(base::Duration /*lateness*/) {}

    /// The octets so far make no frames any more: only a new connection helps.
    [[nodiscard]] virtual bool hasLostTrack() const = 0;

    /// A new connection: nothing of the old one can arrive any more, where that is so.
    virtual void reset() = 0;

    /// Complete answers that nobody waited for.
    [[nodiscard]] std::uint64_t strayAnswers() const { return strayAnswers_; }

    /// What the adapter gave back was not what was sent; none where it gives nothing back.
    [[nodiscard]] std::uint64_t wrongEchoes() const { return wrongEchoes_; }

    [[nodiscard]] std::size_t octetsOnWire(const Request& request) const
    {
        return answerOctets(request) + overhead();
    }

protected:
    [[nodiscard]] virtual std::size_t overhead() const = 0;

    void countStray() { ++strayAnswers_; }

    void countWrongEcho() { ++wrongEchoes_; }

private:
    std::uint64_t strayAnswers_ = 0;
    std::uint64_t wrongEchoes_ = 0;
};

} // namespace causeway::bridges::modbus
