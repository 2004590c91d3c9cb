// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/traffic_collection.hpp"

#include <utility>

namespace causeway::lwm2m {

TrafficCollection::TrafficCollection(base::Scheduler& scheduler, Changed changed)
    : changed_(std::move(changed))
    , periodEnd_(scheduler, [this] { stop(); })
{}

void TrafficCollection::start()
{
    counted_ = {};
    last_.reset();
    periodEnd_.stop();
    if (period_ > std::chrono::seconds(0))
        periodEnd_.start(period_);
    changed_();
}

void TrafficCollection::stop()
{
    periodEnd_.stop();
    if (last_)
        return;
    last_ = counted_;
    changed_();
}

} // namespace causeway::lwm2m
