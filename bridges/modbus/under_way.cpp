// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/under_way.hpp"

#include <algorithm>
#include <utility>

namespace causeway::bridges::modbus {

bool UnderWay::hasRoom() const
{
    return std::ranges::all_of(exchanges_, [this](const Exchange& exchange) {
        return exchange.outstanding > exchanges_.size();
    });
}

bool UnderWay::hasRoomFor(std::uint16_t outstanding) const
{
    return exchanges_.empty() || (hasRoom() && outstanding > exchanges_.size());
}

bool UnderWay::keepsApart(const Request& request) const
{
    return std::ranges::any_of(exchanges_, [&](const Exchange& exchange) {
        const Request& other = exchange.job.request;
        return other.unitId == request.unitId &&
               (isWrite(other.function) || isWrite(request.function));
    });
}

bool UnderWay::holds(const Request& request) const
{
    return std::ranges::any_of(
        exchanges_, [&](const Exchange& exchange) { return exchange.job.request == request; });
}

std::optional<Exchange> UnderWay::take(Framing::Number number)
{
    const auto place = std::ranges::find(exchanges_, number, &Exchange::number);
    if (place == exchanges_.end())
        return std::nullopt;
    Exchange taken = std::move(*place);
    exchanges_.erase(place);
    return taken;
}

std::vector<Exchange> UnderWay::takeAll()
{
    return std::exchange(exchanges_, {});
}

std::vector<Exchange*> UnderWay::of(std::uint8_t unitId)
{
    std::vector<Exchange*> found;
    for (Exchange& exchange : exchanges_) {
        if (exchange.job.request.unitId == unitId)
            found.push_back(&exchange);
    }
    return found;
}

const Exchange* UnderWay::first() const
{
    const auto place = std::ranges::min_element(exchanges_, {}, &Exchange::deadline);
    return place == exchanges_.end() ? nullptr : &*place;
}

} // namespace causeway::bridges::modbus
