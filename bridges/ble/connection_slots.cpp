// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/connection_slots.hpp"

#include <utility>

namespace causeway::bridges::ble {

void ConnectionSlots::ask(const std::string& adapter, std::uint64_t who, base::Task granted)
{
    Adapter& asked = adapters_[adapter];
    asked.waiting.push_back({who, std::move(granted)});
    grantNext(asked);
}

void ConnectionSlots::release(std::uint64_t who)
{
    for (auto& [name, adapter] : adapters_) {
        std::erase_if(adapter.waiting, [&](const Waiting& one) { return one.who == who; });
        if (adapter.held.erase(who) > 0)
            return grantNext(adapter);
    }
}

bool ConnectionSlots::isWanted(const std::string& adapter) const
{
    const auto found = adapters_.find(adapter);
    return found != adapters_.end() && !found->second.waiting.empty();
}

void ConnectionSlots::grantNext(Adapter& adapter) const
{
    if (adapter.waiting.empty() || adapter.held.size() >= perAdapter_)
        return;
    Waiting next = std::move(adapter.waiting.front());
    adapter.waiting.pop_front();
    adapter.held.insert(next.who);
    next.granted();
}

} // namespace causeway::bridges::ble
