// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/device_object.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Id;
using model::OutcomeCode;
using model::Path;
using model::refuse;
using model::Value;
using std::chrono::seconds;

namespace {

namespace resource {
constexpr Id manufacturer = 0;
constexpr Id modelNumber = 1;
constexpr Id serialNumber = 2;
constexpr Id firmwareVersion = 3;
constexpr Id reboot = 4;
constexpr Id factoryReset = 5;
constexpr Id errorCode = 11;
constexpr Id resetErrorCode = 12;
constexpr Id currentTime = 13;
constexpr Id utcOffset = 14;
constexpr Id timezone = 15;
constexpr Id bindings = 16;
constexpr Id deviceType = 17;
constexpr Id hardwareVersion = 18;
constexpr Id softwareVersion = 19;
} // namespace resource

constexpr std::array all{resource::manufacturer,
                         resource::modelNumber,
                         resource::serialNumber,
                         resource::firmwareVersion,
                         resource::reboot,
                         resource::factoryReset,
                         resource::errorCode,
                         resource::resetErrorCode,
                         resource::currentTime,
                         resource::utcOffset,
                         resource::timezone,
                         resource::bindings,
                         resource::deviceType,
                         resource::hardwareVersion,
                         resource::softwareVersion};

// The longest name of the IANA time zone database has 32 characters.
constexpr std::size_t longestText = 64;

// What is kept over restarts, in api::ClientState; of the time its distance from the gateway's.
const std::string textMark = "="; // an empty text would end the key
const std::string offsetKey = "/3/0/13";
const std::string utcOffsetKey = "/3/0/14";
const std::string timezoneKey = "/3/0/15";

} // namespace

DeviceObject::DeviceObject(const model::ObjectDefinition& definition,
                           DeviceIdentity identity,
                           base::Scheduler& scheduler,
                           base::UniqueFunction<void()> onReboot)
    : SingleObject(definition, scheduler)
    , identity_(std::move(identity))
    , onReboot_(std::move(onReboot))
{}

void DeviceObject::keepClock(const api::ClientState& kept, Keep keep)
{
    keep_ = std::move(keep);
    const auto find = [&kept](const std::string& key) {
        const auto found = kept.find(key);
        return found == kept.end() ? nullptr : &found->second;
    };
    if (const auto* offset = find(offsetKey)) {
        const auto number = model::fromText(model::ResourceType::Integer, *offset);
        clock_.offset = seconds(number ? std::get<std::int64_t>(*number) : 0);
    }
    if (const auto* text = find(utcOffsetKey))
        clock_.utcOffset = text->substr(1);
    if (const auto* text = find(timezoneKey))
        clock_.timezone = text->substr(1);
}

bool DeviceObject::setZone(std::string utcOffset, std::string timezone)
{
    const bool isChanged = (!clock_.utcOffset && utcOffset_ != utcOffset) ||
                           (!clock_.timezone && timezone_ != timezone);
    utcOffset_ = std::move(utcOffset);
    timezone_ = std::move(timezone);
    return isChanged;
}

bool DeviceObject::setError(std::uint8_t code)
{
    if (std::ranges::find(errors_, code) != errors_.end())
        return false;
    errors_.push_back(code);
    return true;
}

bool DeviceObject::clearError(std::uint8_t code)
{
    return std::erase(errors_, code) > 0;
}

std::vector<Id> DeviceObject::resources(Id) const
{
    auto ids = definedOf(definition(), all);
    std::erase_if(ids, [this](Id id) {
        const auto* known = text(id);
        return id == resource::factoryReset ? !onFactoryReset_ : known != nullptr && known->empty();
    });
    for (const auto& [path, sample] : measured_) {
        const Id id = path.resource();
        if (definition().find(id) != nullptr && std::ranges::find(ids, id) == ids.end())
            ids.push_back(id);
    }
    std::ranges::sort(ids);
    return ids;
}

std::vector<Id> DeviceObject::measuredInstances(Id resource) const
{
    std::vector<Id> ids;
    for (const auto& [path, sample] : measured_) {
        if (path.size() == 4 && path.resource() == resource)
            ids.push_back(path.resourceInstance());
    }
    return ids;
}

std::vector<Id> DeviceObject::resourceInstances(Id, Id resource) const
{
    if (resource != resource::errorCode)
        return measuredInstances(resource);
    std::vector<Id> ids(std::max<std::size_t>(errors_.size(), 1));
    std::iota(ids.begin(), ids.end(), Id{0});
    return ids;
}

Expected<model::Sample> DeviceObject::read(const Path& path) const
{
    if (path.resource() == resource::errorCode) {
        const std::size_t index = path.resourceInstance();
        const std::int64_t code = index < errors_.size() ? errors_[index] : 0;
        return sampleOf(path, Value(code));
    }
    if (path.resource() == resource::currentTime)
        return sampleOf(path, Value(model::Time{(gatewayTime() + clock_.offset).count()}));
    if (path.resource() == resource::bindings)
        return sampleOf(path, Value(bindings_));
    if (const auto* known = text(path.resource()))
        return sampleOf(path, Value(*known));
    if (const auto measured = measured_.find(path); measured != measured_.end())
        return measured->second;
    return fail(ErrorKind::NotFound, "no such resource");
}

void DeviceObject::write(Id, std::vector<ResourceWrite> values, WriteMode mode, Done done)
{
    Clock changed = mode == WriteMode::Replace ? Clock{} : clock_;
    for (const auto& [path, value] : values)
        take(changed, path, value);
    if (const auto fits = check(changed); !fits) {
        done(refuse(OutcomeCode::BadRequest, fits.error().message));
        return;
    }
    clock_ = std::move(changed);
    if (keep_)
        keep_(stateOf(clock_));
    done({});
}

void DeviceObject::execute(const Path& path, const std::string&, Done done)
{
    // Each code stands for something that is so now, so all of them would come back at once.
    if (path.resource() == resource::resetErrorCode)
        return done({});
    if (path.resource() == resource::reboot && reboot_)
        return reboot_(std::move(done));
    const bool isReset = path.resource() == resource::factoryReset && onFactoryReset_;
    if (path.resource() != resource::reboot && !isReset) {
        done(refuse(OutcomeCode::MethodNotAllowed, "this Resource cannot be executed"));
        return;
    }
    done({});
    auto& begin = isReset ? onFactoryReset_ : onReboot_;
    begin();
}

// The time itself is never what a Bootstrap-Server found: it goes on.
std::optional<ObjectContent> DeviceObject::bootstrapContent() const
{
    ObjectContent content{{0}, {}, {}};
    for (const Id id : {resource::utcOffset, resource::timezone}) {
        if (!text(id)->empty())
            content.values.emplace(Path{definition().id, 0, id}, Value(*text(id)));
    }
    return content;
}

// Of what a Bootstrap-Server writes to Object 3 the clock alone is not the device's own; the rest
// is ignored.
Expected<api::ClientState> DeviceObject::stateWith(const ObjectContent& content) const
{
    Clock next;
    next.offset = clock_.offset;
    for (const auto& [path, value] : content.values)
        take(next, path, value);
    // Until the Finish that it waited for, the time has gone on.
    if (const auto written = content.writtenAt.find({definition().id, 0, resource::currentTime});
        written != content.writtenAt.end())
        next.offset += std::chrono::round<seconds>(scheduler().now() - written->second);
    if (auto fits = check(next); !fits)
        return fail(fits.error());
    return stateOf(next);
}

void DeviceObject::take(Clock& clock, const Path& path, const Value& value) const
{
    const auto* text = std::get_if<std::string>(&value);
    const auto* time = std::get_if<model::Time>(&value);
    if (path.resource() == resource::currentTime && time != nullptr)
        clock.offset = seconds(time->seconds) - gatewayTime();
    else if (path.resource() == resource::utcOffset && text != nullptr)
        clock.utcOffset = *text;
    else if (path.resource() == resource::timezone && text != nullptr)
        clock.timezone = *text;
}

Expected<void> DeviceObject::check(const Clock& clock)
{
    const auto isLong = [](const std::optional<std::string>& text) {
        return text && text->size() > longestText;
    };
    if (isLong(clock.utcOffset) || isLong(clock.timezone))
        return fail(ErrorKind::InvalidArgument, "the text is too long for a time zone");
    return {};
}

api::ClientState DeviceObject::stateOf(const Clock& clock)
{
    const auto kept = [](const std::optional<std::string>& text) {
        return text ? textMark + *text : std::string();
    };
    return {{offsetKey, std::to_string(clock.offset.count())},
            {utcOffsetKey, kept(clock.utcOffset)},
            {timezoneKey, kept(clock.timezone)}};
}

const std::string* DeviceObject::text(Id resource) const
{
    switch (resource) {
    case resource::manufacturer:
        return &identity_.manufacturer;
    case resource::modelNumber:
        return &identity_.modelNumber;
    case resource::serialNumber:
        return &identity_.serialNumber;
    case resource::firmwareVersion:
        return &identity_.firmwareVersion;
    case resource::deviceType:
        return &identity_.deviceType;
    case resource::hardwareVersion:
        return &identity_.hardwareVersion;
    case resource::softwareVersion:
        return &identity_.softwareVersion;
    case resource::utcOffset:
        return clock_.utcOffset ? &*clock_.utcOffset : &utcOffset_;
    case resource::timezone:
        return clock_.timezone ? &*clock_.timezone : &timezone_;
    default:
        return nullptr;
    }
}

seconds DeviceObject::gatewayTime() const
{
    return std::chrono::floor<seconds>(scheduler().wallNow().time_since_epoch());
}

} // namespace causeway::lwm2m
