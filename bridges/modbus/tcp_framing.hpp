// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bridges/modbus/framing.hpp"

namespace causeway::bridges::modbus {

/// Modbus TCP: the transaction identifier tells answers apart, so a late one is dropped and nothing
/// has to wait. A stream whose headers make no sense is lost: only a new connection helps.
class TcpFraming final : public Framing
{
public:
    [[nodiscard]] base::Bytes begin(const Request& request) override;
    [[nodiscard]] std::optional<Result> receive(base::ByteView octets,
                                                base::TimePoint now) override;
    [[nodiscard]] base::Error giveUp(base::TimePoint now) override;
    void receiveIdle(base::ByteView octets, base::TimePoint now) override;
    [[nodiscard]] std::optional<base::TimePoint> heldUntil(const Request& request,
                                                           base::TimePoint now) const override;

    [[nodiscard]] bool hasLostTrack() const override { return hasLostTrack_; }

    void reset() override;

private:
    [[nodiscard]] std::size_t overhead() const override { return mbapOctets; }

    [[nodiscard]] std::optional<Result> takeFrame();
    [[nodiscard]] bool canBeginFrame(base::ByteView octets) const;
    [[nodiscard]] Result judge(base::ByteView frame);
    [[nodiscard]] Result lost(std::string_view why);

    Request request_;
    /// Starts anywhere and never starts again: a new connection must not meet old identifiers.
    std::uint16_t transactionId_ = 0;
    bool isWaiting_ = false;
    bool hasLostTrack_ = false;
    base::Bytes buffer_;
};

} // namespace causeway::bridges::modbus
