// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/worker.hpp"
#include "agent/coap/gateway_trust.hpp"

namespace causeway::coap {

/// Reads the gateway's trust store on a thread of its own, before the handshakes that need it: the
/// loop does not stand still for it. Lives on the loop's thread.
class TrustReader
{
public:
    /// Both outlive the reader.
    TrustReader(base::Scheduler& scheduler, GatewayTrust& trust)
        : scheduler_(scheduler)
        , trust_(trust)
    {}

    /// `done` runs at once when the file is read as it is now; else when it has been, or could not
    /// be. Those who ask meanwhile share what comes.
    void whenCurrent(base::Task done);

private:
    void onRead(GatewayTrust::Reading reading);

    base::Scheduler& scheduler_;
    GatewayTrust& trust_;
    std::vector<base::Task> waiting_;
    base::Lifetime lifetime_;
    std::optional<base::Worker> worker_; ///< most gateways never need it
};

} // namespace causeway::coap
