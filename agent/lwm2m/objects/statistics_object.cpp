// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/statistics_object.hpp"

#include <array>
#include <limits>
#include <utility>

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Id;
using model::OutcomeCode;
using model::Path;
using model::refuse;
using model::Value;

namespace {

constexpr Id statisticsObject = 7;

namespace resource {
constexpr Id sent = 2;
constexpr Id received = 3;
constexpr Id longest = 4;
constexpr Id average = 5;
constexpr Id start = 6;
constexpr Id stop = 7;
constexpr Id period = 8;
} // namespace resource

constexpr std::array present{resource::sent,
                             resource::received,
                             resource::longest,
                             resource::average,
                             resource::start,
                             resource::stop,
                             resource::period};

// Resources 2 and 3 are in kilobytes.
constexpr std::uint64_t kilobyte = 1000;

// More than a century is a slip of the pen, and too much for a timer.
constexpr std::int64_t longestPeriod = std::numeric_limits<std::uint32_t>::max();

Value number(std::uint64_t count)
{
    return Value(static_cast<std::int64_t>(count));
}

} // namespace

StatisticsObject::StatisticsObject(const model::ObjectDefinition& definition,
                                   TrafficCollection& collection,
                                   base::Scheduler& scheduler)
    : SingleObject(definition, scheduler)
    , collection_(collection)
{}

std::vector<Id> StatisticsObject::resources(Id) const
{
    return definedOf(definition(), present);
}

Expected<model::Sample> StatisticsObject::read(const Path& path) const
{
    const auto& traffic = collection_.collected();
    switch (path.resource()) {
    case resource::sent:
        return sampleOf(path, number(traffic.octetsSent / kilobyte));
    case resource::received:
        return sampleOf(path, number(traffic.octetsReceived / kilobyte));
    case resource::longest:
        return sampleOf(path, number(traffic.longestMessage));
    case resource::average:
        return sampleOf(
            path, number(traffic.messages == 0 ? 0 : traffic.messageOctets / traffic.messages));
    case resource::period:
        return sampleOf(path, Value(std::int64_t{collection_.period().count()}));
    default:
        return fail(ErrorKind::NotFound, "no such resource");
    }
}

// Resource 8 is the only one to write; a Replace that does not name it brings its 0 back.
void StatisticsObject::write(Id, std::vector<ResourceWrite> values, WriteMode mode, Done done)
{
    std::int64_t period = mode == WriteMode::Replace ? 0 : collection_.period().count();
    for (const auto& [path, value] : values) {
        const auto* seconds = std::get_if<std::int64_t>(&value);
        if (seconds == nullptr || *seconds < 0 || *seconds > longestPeriod)
            return done(refuse(OutcomeCode::BadRequest, "a collection period is 0 s or more"));
        period = *seconds;
    }
    collection_.setPeriod(std::chrono::seconds(period));
    done({});
}

void StatisticsObject::execute(const Path& path, const std::string&, Done done)
{
    if (path.resource() == resource::start)
        collection_.start();
    else
        collection_.stop();
    done({});
}

std::vector<Path> collectedResources()
{
    const Path instance{statisticsObject, 0};
    return {instance.child(resource::sent),
            instance.child(resource::received),
            instance.child(resource::longest),
            instance.child(resource::average)};
}

} // namespace causeway::lwm2m
