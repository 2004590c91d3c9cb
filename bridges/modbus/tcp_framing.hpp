// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "bridges/modbus/framing.hpp"

namespace causeway::bridges::modbus {

/// Modbus TCP: the transaction identifier tells answers apart, so a late one is dropped, nothing
/// has to wait, and several requests may be under way. A stream whose headers make no sense is
/// lost: only a new connection helps.
class TcpFraming final : public Framing
{
public:
    [[nodiscard]] bool takesSeveral() const override { return true; }

    [[nodiscard]] base::Bytes begin(const Request& request) override;

    [[nodiscard]] Number begun() const override { return transactionId_; }

    [[nodiscard]] Number ended() const override { return ended_; }

    [[nodiscard]] std::optional<Result> receive(base::ByteView octets,
                                                base::TimePoint now) override;
    [[nodiscard]] base::Error giveUpOn(Number exchange, base::TimePoint now) override;

    [[nodiscard]] std::size_t octetsLeft() const override { return buffer_.size(); }

    [[nodiscard]] std::optional<Result> onStandstill() override;

    void receiveIdle(base::ByteView octets, base::TimePoint now) override;
    [[nodiscard]] std::optional<base::TimePoint> heldUntil(const Request& request,
                                                           base::TimePoint now) const override;

    [[nodiscard]] bool hasLostTrack() const override { return hasLostTrack_; }

    void reset() override;

private:
    [[nodiscard]] std::size_t overhead() const override { return mbapOctets; }

    [[nodiscard]] std::optional<Result> takeFrame();
    [[nodiscard]] bool canBeginFrame(base::ByteView octets) const;
    [[nodiscard]] Result judge(const Request& request, base::ByteView frame);
    [[nodiscard]] Result lost(std::string_view why);
    [[nodiscard]] Result lostAll(std::string_view why);
    [[nodiscard]] bool isBegunOf(Number exchange) const;
    std::optional<Request> take(Number exchange);

    struct Waiting
    {
        Number number = 0;
        Request request;
    };

    std::vector<Waiting> waiting_; ///< in the order of begin()
    /// Starts anywhere and never starts again: a new connection must not meet old identifiers.
    std::uint16_t transactionId_ = 0;
    Number ended_ = 0;
    bool hasLostTrack_ = false;
    base::Bytes buffer_;
};

} // namespace causeway::bridges::modbus
