// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "agent/base/bytes.hpp"
#include "agent/base/error.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/unique_fd.hpp"
#include "bridges/modbus/line_tuning.hpp"
#include "bridges/modbus/link.hpp"

namespace causeway::bridges::modbus {

/// What serial ports and TCP connections share: a non-blocking descriptor that is opened again,
/// with growing pauses, whenever it is lost.
class DescriptorLink : public Link
{
public:
    DescriptorLink(base::EventLoop& loop, const LineTuning& tuning);
    ~DescriptorLink() override;
    DescriptorLink(const DescriptorLink&) = delete;
    DescriptorLink& operator=(const DescriptorLink&) = delete;

    void open(LinkListener& listener) override;
    void send(base::ByteView octets) override;
    void reopen(const base::Error& reason) override;
    void sleep() override;

protected:
    /// Ends in came() or failed(), at once or later.
    virtual void tryOpen() = 0;

    /// Gives up an attempt that has not ended yet.
    virtual void abandon() {}

    /// What was opened is about to be closed; not when the link itself goes.
    virtual void onClosing() {}

    void came(base::UniqueFd fd);
    void failed(const base::Error& reason);
    /// The same, not from inside the call.
    void failLater(const std::string& why);

    [[nodiscard]] int descriptor() const { return fd_.get(); }

    [[nodiscard]] base::EventLoop& loop() { return loop_; }

    [[nodiscard]] const base::Lifetime& lifetime() const { return lifetime_; }

private:
    void onEvents(std::uint32_t events);
    void readAll();
    void writeSome();
    void close();

    base::EventLoop& loop_;
    LineTuning tuning_;
    LinkListener* listener_ = nullptr;
    base::UniqueFd fd_;
    base::Watch watch_;
    base::Bytes outgoing_;
    base::Duration pause_;
    base::Timer retry_;
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::modbus
