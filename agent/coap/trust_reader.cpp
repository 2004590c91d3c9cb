// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/trust_reader.hpp"

#include <utility>

#include "agent/base/door.hpp"

namespace causeway::coap {

void TrustReader::whenCurrent(base::Task done)
{
    if (trust_.isCurrent()) {
        done();
        return;
    }
    // First: when no thread can be had, nobody is left waiting for it.
    if (!worker_)
        worker_.emplace("trust-store");
    waiting_.push_back(std::move(done));
    if (waiting_.size() > 1)
        return;
    auto report = lifetime_.guard(
        [this](GatewayTrust::Reading reading) mutable { onRead(std::move(reading)); });
    worker_->post([&scheduler = scheduler_,
                   file = trust_.file(),
                   report = std::move(report)]() mutable {
        scheduler.post([report = std::move(report), reading = GatewayTrust::read(file)]() mutable {
            report(std::move(reading));
        });
    });
}

void TrustReader::onRead(GatewayTrust::Reading reading)
{
    trust_.take(std::move(reading));
    for (auto& done : std::exchange(waiting_, {}))
        base::contain("the trust store", [&] { done(); });
}

} // namespace causeway::coap
