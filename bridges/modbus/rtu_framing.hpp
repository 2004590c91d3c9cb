// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "bridges/modbus/framing.hpp"

namespace causeway::bridges::modbus {

/// RTU frames: nothing in an answer names its request. So every request that had no good answer is
/// remembered as long as its answer may still come, and no request whose answer would look the same
/// is sent before that; then a late answer can never become another one's value. For the same
/// reason what was answered is remembered for a moment, since it may come twice. An adapter's echo
/// of what is sent comes first, and is taken away; one that differs ends the exchange as Corrupt.
class RtuFraming final : public Framing
{
public:
    /// Whether the adapter gives back what it sends.
    enum class Echo : std::uint8_t { None, Local };

    /// `leastLateness` after giving up, no answer comes any more, unless expectLateFor() says
    /// longer.
    explicit RtuFraming(base::Duration leastLateness, Echo echo = Echo::None)
        : leastLateness_(leastLateness)
        , echo_(echo)
    {}

    [[nodiscard]] base::Bytes begin(const Request& request) override;
    [[nodiscard]] std::optional<Result> receive(base::ByteView octets,
                                                base::TimePoint now) override;
    [[nodiscard]] base::Error giveUpOn(Number exchange, base::TimePoint now) override;
    void receiveIdle(base::ByteView octets, base::TimePoint now) override;
    [[nodiscard]] std::optional<base::TimePoint> heldUntil(const Request& request,
                                                           base::TimePoint now) const override;

    [[nodiscard]] std::vector<Unanswered> unanswered(base::TimePoint now) const override;

    void expect(std::vector<Unanswered> answers) override { unanswered_ = std::move(answers); }

    void forgetUnanswered(std::uint8_t unitId) override;

    void expectLateFor(base::Duration lateness) override { lateness_ = lateness; }

    [[nodiscard]] bool hasLostTrack() const override { return false; }

    void reset() override { buffer_.clear(); }

private:
    /// An answer that may come once more.
    struct Answered
    {
        std::uint8_t unitId;
        base::Bytes shape;     ///< only its function after an exception, which names nothing else
        std::uint16_t address; ///< of a read
        base::TimePoint until;
    };

    [[nodiscard]] std::size_t overhead() const override { return 3; }

    [[nodiscard]] std::optional<Result> takeEcho(base::TimePoint now);
    [[nodiscard]] bool looksLikeEcho() const;
    [[nodiscard]] std::optional<Result> judge(base::ByteView frame, base::TimePoint now);
    [[nodiscard]] Result corrupt(base::Error error, base::TimePoint now);
    void remember(base::TimePoint now);
    void expectCopy(const Result& result, base::TimePoint now);
    [[nodiscard]] static bool couldBeCopied(const Answered& answered, const Request& request);
    bool settle(base::ByteView frame);
    void noteStray(base::ByteView frame, base::TimePoint now);

    base::Duration leastLateness_;
    base::Duration lateness_{}; ///< of the request's unit
    Echo echo_;
    Request request_;
    base::Bytes sent_;
    bool isEchoDue_ = false;
    base::Bytes buffer_;
    bool hasHeardOthers_ = false;
    std::vector<Unanswered> unanswered_;
    std::vector<Answered> answered_;
    std::map<std::uint8_t, base::TimePoint> doublingUntil_; ///< units that have answered twice
};

} // namespace causeway::bridges::modbus
