// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/event_log_object.hpp"

#include <array>
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

constexpr Id eventLogObject = 20;

namespace resource {
constexpr Id logClass = 4010;
constexpr Id start = 4011;
constexpr Id stop = 4012;
constexpr Id status = 4013;
constexpr Id data = 4014;
constexpr Id format = 4015;
} // namespace resource

constexpr std::array present{resource::logClass,
                             resource::start,
                             resource::stop,
                             resource::status,
                             resource::data,
                             resource::format};

// Of LogStatus.
constexpr std::int64_t isStopped = 1;
constexpr std::int64_t hasData = 2;

constexpr std::int64_t noFormat = 0; // a sequence of octets, here lines of UTF-8
constexpr auto lastClass = static_cast<std::int64_t>(LogClass::Event);

/// The argument 0 with the value 1: LogStart goes on with what there is, LogStop empties it.
bool isOtherWay(const std::string& arguments)
{
    return arguments == "0='1'";
}

} // namespace

EventLogObject::EventLogObject(const model::ObjectDefinition& definition,
                               EventCollection& collection,
                               base::Scheduler& scheduler,
                               base::UniqueFunction<void()> changed)
    : SingleObject(definition, scheduler)
    , collection_(collection)
    , changed_(std::move(changed))
{}

std::vector<Id> EventLogObject::resources(Id) const
{
    return definedOf(definition(), present);
}

Expected<model::Sample> EventLogObject::read(const Path& path) const
{
    const auto status =
        (collection_.isRunning() ? 0 : isStopped) | (collection_.isEmpty() ? 0 : hasData);
    switch (path.resource()) {
    case resource::logClass:
        return sampleOf(path, Value(static_cast<std::int64_t>(collection_.wanted())));
    case resource::status:
        return sampleOf(path, Value(status));
    case resource::data:
        return sampleOf(path, Value(collection_.data()));
    case resource::format:
        return sampleOf(path, Value(noFormat));
    default:
        return fail(ErrorKind::NotFound, "no such resource");
    }
}

// A Replace that does not name LogClass brings its default back, which is all of them.
void EventLogObject::write(Id, std::vector<ResourceWrite> values, WriteMode mode, Done done)
{
    auto wanted = mode == WriteMode::Replace ? LogClass::Generic : collection_.wanted();
    for (const auto& [path, value] : values) {
        const auto* number = std::get_if<std::int64_t>(&value);
        const bool isClass = path.resource() == resource::logClass;
        if (number == nullptr || *number < 0 || *number > (isClass ? lastClass : noFormat))
            return done(refuse(OutcomeCode::BadRequest,
                               isClass ? "this log has the classes 0 to 3"
                                       : "this log has no specific format"));
        if (isClass)
            wanted = static_cast<LogClass>(*number);
    }
    collection_.setWanted(wanted);
    done({});
}

void EventLogObject::execute(const Path& path, const std::string& arguments, Done done)
{
    const bool isKnown =
        arguments.empty() || arguments == "0" || arguments == "0='0'" || isOtherWay(arguments);
    if (!isKnown)
        return done(refuse(OutcomeCode::BadRequest, "the argument is 0='0' or 0='1'"));
    if (path.resource() == resource::start)
        collection_.start(isOtherWay(arguments));
    else
        collection_.stop(isOtherWay(arguments));
    done({});
    changed_();
}

std::vector<Path> collectedEvents()
{
    return {{eventLogObject, 0, resource::status}, {eventLogObject, 0, resource::data}};
}

} // namespace causeway::lwm2m
