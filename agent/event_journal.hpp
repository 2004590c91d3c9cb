// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/log.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/event_collection.hpp"

namespace causeway::agent {

/// Puts into the gateway's Event Log (Object 20) what its main thread writes into the journal of
/// devices that go and come, registrations that are lost and found, the key store and
/// certificates. What servers and operators have written is not in it: it may be another's. Main
/// thread, one at a time; hears as long as it lives. The scheduler outlives it.
class EventJournal
{
public:
    explicit EventJournal(base::Scheduler& scheduler);
    ~EventJournal();
    EventJournal(const EventJournal&) = delete;
    EventJournal& operator=(const EventJournal&) = delete;

    [[nodiscard]] lwm2m::EventCollection& collection() { return collection_; }

    /// After each event, from inside who writes to the journal.
    void onEvent(std::function<void()> told) { told_ = std::move(told); }

private:
    void hear(const std::string& text, const std::vector<log::Field>& fields);

    base::Scheduler& scheduler_;
    lwm2m::EventCollection collection_;
    std::function<void()> told_;
};

} // namespace causeway::agent
