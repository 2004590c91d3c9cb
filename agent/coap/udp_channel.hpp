// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/unique_fd.hpp"
#include "agent/coap/channel.hpp"
#include "agent/coap/environment.hpp"
#include "agent/coap/meter.hpp"

namespace causeway::coap {

/// Plain datagrams, for accounts that say NoSec. Ready as soon as it is made.
class UdpChannel final : public Channel
{
public:
    UdpChannel(Environment& environment,
               base::UniqueFd socket,
               Meter meter,
               ChannelListener& listener);

    void send(base::ByteView datagram) override;

    void close() override {}

private:
    void onReadable();

    Environment& environment_;
    ChannelListener& listener_;
    base::UniqueFd socket_;
    Meter meter_;
    base::Watch watch_;
};

} // namespace causeway::coap
