// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/server_object.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "agent/api/server_scheme.hpp"
#include "agent/lwm2m/binding.hpp"
#include "agent/lwm2m/objects/single_object.hpp"

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
constexpr Id shortServerId = 0;
constexpr Id lifetime = 1;
constexpr Id defaultPmin = 2;
constexpr Id defaultPmax = 3;
constexpr Id disable = 4;
constexpr Id disableTimeout = 5;
constexpr Id storing = 6;
constexpr Id binding = 7;
constexpr Id updateTrigger = 8;
constexpr Id bootstrapTrigger = 9;
constexpr Id alertCode = 11;
constexpr Id lastBootstrapped = 12;
constexpr Id registrationOrder = 13;
constexpr Id initialDelay = 14;
constexpr Id blocksOnFailure = 15;
constexpr Id bootstrapsOnFailure = 16;
constexpr Id retryCount = 17;
constexpr Id retryTimer = 18;
constexpr Id sequenceDelay = 19;
constexpr Id sequenceRetryCount = 20;
constexpr Id muteSend = 23;
constexpr Id notificationMode = 26;
} // namespace resource

constexpr std::array present{resource::shortServerId,     resource::lifetime,
                             resource::defaultPmin,       resource::defaultPmax,
                             resource::disable,           resource::disableTimeout,
                             resource::storing,           resource::binding,
                             resource::updateTrigger,     resource::bootstrapTrigger,
                             resource::alertCode,         resource::lastBootstrapped,
                             resource::registrationOrder, resource::initialDelay,
                             resource::blocksOnFailure,   resource::bootstrapsOnFailure,
                             resource::retryCount,        resource::retryTimer,
                             resource::sequenceDelay,     resource::sequenceRetryCount,
                             resource::muteSend,          resource::notificationMode};

// LwM2M 1.0 has queue mode in the binding; later versions tell it in Register only.
std::string bindingOf(const ServerAccount& account)
{
    if (api::isStreamUri(account.settings.uri))
        return "T";
    return account.settings.queueMode && account.version == ProtocolVersion::V1_0 ? "UQ" : "U";
}

// Those that are only there once somebody has set them. Send is muted without /1/x/23 (appendix
// E.2), so that one is there from the factory and says no.
bool isOptional(Id id)
{
    return id == resource::defaultPmin || id == resource::defaultPmax ||
           id == resource::disableTimeout || id == resource::notificationMode;
}

// LwM2M 1.1 lets Bootstrap-Servers alone see them.
bool isOfRetries(Id id)
{
    return id >= resource::registrationOrder && id <= resource::sequenceRetryCount;
}

bool has(const ServerAccount& account, Id id)
{
    if (isOfRetries(id) && account.version < ProtocolVersion::V1_2)
        return false;
    switch (id) {
    case resource::alertCode:
        return account.lastAlert && account.version > ProtocolVersion::V1_0;
    case resource::lastBootstrapped:
        return account.bootstrappedAt && account.version > ProtocolVersion::V1_0;
    case resource::registrationOrder:
        return account.settings.registrationOrder.has_value();
    case resource::defaultPmin:
        return account.settings.defaultPmin.has_value();
    case resource::defaultPmax:
        return account.settings.defaultPmax.has_value();
    case resource::disableTimeout:
        return account.hasDisableTimeout;
    case resource::notificationMode:
        return account.hasNotificationMode;
    default:
        return true;
    }
}

Value unsignedOf(std::int64_t number)
{
    return {static_cast<std::uint64_t>(number)};
}

// Resources 13 to 20, of which the first need not be there.
std::optional<Value> retryValueOf(const api::ServerSettings& settings, Id id)
{
    switch (id) {
    case resource::registrationOrder:
        return unsignedOf(settings.registrationOrder.value_or(0));
    case resource::initialDelay:
        return unsignedOf(settings.initialDelay.count());
    case resource::blocksOnFailure:
        return Value(settings.blocksOnFailure);
    case resource::bootstrapsOnFailure:
        return Value(settings.bootstrapsOnFailure);
    case resource::retryCount:
        return unsignedOf(settings.retryCount);
    case resource::retryTimer:
        return unsignedOf(settings.retryTimer.count());
    case resource::sequenceDelay:
        return unsignedOf(settings.sequenceDelay.count());
    case resource::sequenceRetryCount:
        return unsignedOf(settings.sequenceRetryCount);
    default:
        return std::nullopt;
    }
}

std::optional<Value> valueOf(const ServerAccount& account, Id id)
{
    const auto& settings = account.settings;
    const auto count = [](seconds time) {
        return Value(std::int64_t{time.count()});
    };
    if (!has(account, id))
        return std::nullopt;
    switch (id) {
    case resource::shortServerId:
        return Value(std::int64_t{settings.shortServerId});
    case resource::lifetime:
        return count(lifetimeToTell(account));
    case resource::defaultPmin:
        return count(*settings.defaultPmin);
    case resource::defaultPmax:
        return count(*settings.defaultPmax);
    case resource::disableTimeout:
        return count(settings.disableTimeout);
    case resource::storing:
        return Value(account.storesNotifications);
    case resource::binding:
        return Value(bindingOf(account));
    case resource::alertCode:
        return unsignedOf(*account.lastAlert);
    case resource::lastBootstrapped:
        return Value(model::Time{account.bootstrappedAt->count()});
    case resource::muteSend:
        return Value(account.mutesSend);
    case resource::notificationMode:
        return Value(std::int64_t{account.confirmsNotifications ? 1 : 0});
    default:
        return retryValueOf(settings, id);
    }
}

Expected<seconds> duration(const Value& value, std::int64_t smallest)
{
    constexpr std::int64_t largest = std::numeric_limits<std::uint32_t>::max(); // 136 years
    const auto number = model::convert(value, model::ResourceType::Integer);
    if (!number)
        return fail(number.error());
    const auto count = std::get<std::int64_t>(*number);
    if (count < smallest || count > largest)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{} s is outside {}..{}", count, smallest, largest));
    return seconds(count);
}

Expected<void> assign(seconds& target, const Value& value, std::int64_t smallest)
{
    const auto time = duration(value, smallest);
    if (!time)
        return fail(time.error());
    target = *time;
    return {};
}

Expected<void> assign(std::optional<seconds>& target, const Value& value)
{
    seconds time{};
    auto assigned = assign(time, value, 0);
    if (assigned)
        target = time;
    return assigned;
}

Expected<void> assign(std::uint32_t& target, const Value& value)
{
    const auto number = duration(value, 0);
    if (!number)
        return fail(number.error());
    target = static_cast<std::uint32_t>(number->count());
    return {};
}

template <typename Type>
Expected<Type> as(const Value& value)
{
    if (const auto* typed = std::get_if<Type>(&value))
        return *typed;
    return fail(ErrorKind::InvalidArgument, "the value has another type");
}

Expected<void> assign(bool& target, const Value& value)
{
    const auto truth = as<bool>(value);
    if (!truth)
        return fail(truth.error());
    target = *truth;
    return {};
}

// The URI decides which letter is spoken, and which is read back: the others may be there, and say
// nothing to us. Only LwM2M 1.0 lets a server choose queue mode.
Expected<void> assignBinding(ServerAccount& account, const Value& value)
{
    const auto binding = as<std::string>(value);
    const char own = bindingLetterOf(account.settings.uri);
    if (!binding || !isBinding(*binding) || binding->find(own) == std::string::npos)
        return fail(ErrorKind::InvalidArgument,
                    std::string("no binding with ") + own + ", which this server's URI names");
    const bool mayQueue = account.version == ProtocolVersion::V1_0 && own == 'U';
    const bool queues = binding->find('Q') != std::string::npos;
    if (queues && !mayQueue)
        return fail(ErrorKind::InvalidArgument, "Q is a binding of LwM2M 1.0 alone");
    if (mayQueue)
        account.settings.queueMode = queues;
    return {};
}

Expected<void> assign(ServerAccount& account, Id id, const Value& value)
{
    auto& settings = account.settings;
    switch (id) {
    case resource::lifetime: // 0, for ever, is known since LwM2M 1.2
        return assign(settings.lifetime, value, account.version < ProtocolVersion::V1_2 ? 1 : 0);
    case resource::defaultPmin:
        return assign(settings.defaultPmin, value);
    case resource::defaultPmax:
        return assign(settings.defaultPmax, value);
    case resource::disableTimeout:
        account.hasDisableTimeout = true;
        return assign(settings.disableTimeout, value, 0);
    case resource::initialDelay:
        return assign(settings.initialDelay, value, 0);
    case resource::retryCount:
        return assign(settings.retryCount, value);
    case resource::retryTimer:
        return assign(settings.retryTimer, value, 0);
    case resource::sequenceDelay:
        return assign(settings.sequenceDelay, value, 0);
    case resource::sequenceRetryCount:
        return assign(settings.sequenceRetryCount, value);
    case resource::storing:
        return assign(account.storesNotifications, value);
    case resource::binding:
        return assignBinding(account, value);
    case resource::muteSend:
        return assign(account.mutesSend, value);
    case resource::notificationMode: {
        const auto mode = duration(value, 0);
        if (!mode || mode->count() > 1)
            return fail(ErrorKind::InvalidArgument, "the notification mode is 0 or 1");
        account.confirmsNotifications = mode->count() == 1;
        account.hasNotificationMode = true;
        return {};
    }
    default:
        return fail(ErrorKind::InvalidArgument, "not writable");
    }
}

// What is left of an optional Resource without what servers wrote to it.
void reset(ServerAccount& account, Id id)
{
    switch (id) {
    case resource::initialDelay:
        account.settings.initialDelay = account.given.initialDelay;
        break;
    case resource::retryCount:
        account.settings.retryCount = account.given.retryCount;
        break;
    case resource::retryTimer:
        account.settings.retryTimer = account.given.retryTimer;
        break;
    case resource::sequenceDelay:
        account.settings.sequenceDelay = account.given.sequenceDelay;
        break;
    case resource::sequenceRetryCount:
        account.settings.sequenceRetryCount = account.given.sequenceRetryCount;
        break;
    case resource::defaultPmin:
        account.settings.defaultPmin = account.given.defaultPmin;
        break;
    case resource::defaultPmax:
        account.settings.defaultPmax = account.given.defaultPmax;
        break;
    case resource::disableTimeout:
        account.settings.disableTimeout = account.given.disableTimeout;
        account.hasDisableTimeout = isUnusual(account.given.disableTimeout);
        break;
    case resource::muteSend:
        account.mutesSend = account.givenMute;
        break;
    case resource::notificationMode:
        account.confirmsNotifications = account.settings.notifiesConfirmable;
        account.hasNotificationMode = account.settings.notifiesConfirmable;
        break;
    default:
        break;
    }
}

} // namespace

ServerObject::ServerObject(const model::ObjectDefinition& definition,
                           std::vector<ServerAccount*> accounts,
                           base::Scheduler& scheduler,
                           ServerObjectListener& listener)
    : definition_(definition)
    , accounts_(std::move(accounts))
    , scheduler_(scheduler)
    , listener_(listener)
{}

ServerAccount& ServerObject::account(Id instance) const
{
    return **std::ranges::find(accounts_, instance, &ServerAccount::instance);
}

const model::ObjectDefinition& ServerObject::definition() const
{
    return definition_;
}

std::vector<Id> ServerObject::instances() const
{
    std::vector<Id> ids;
    ids.reserve(accounts_.size());
    for (const auto* account : accounts_)
        ids.push_back(account->instance);
    return ids;
}

std::vector<Id> ServerObject::resources(Id instance) const
{
    auto ids = definedOf(definition_, present);
    if (!listener_.hasBootstrapServer())
        std::erase(ids, resource::bootstrapTrigger);
    std::erase_if(ids, [&](Id id) { return !has(account(instance), id); });
    return ids;
}

bool ServerObject::takesNew(Id resource) const
{
    return isOptional(resource) && definition_.find(resource) != nullptr;
}

void ServerObject::forget(const Path& resource)
{
    reset(account(resource.instance()), resource.resource());
    listener_.onAccountWritten(resource.instance());
}

Expected<model::Sample> ServerObject::read(const Path& path) const
{
    if (auto value = valueOf(account(path.instance()), path.resource()))
        return model::Sample{path, *std::move(value), scheduler_.wallNow()};
    return fail(ErrorKind::NotFound, "no such resource");
}

void ServerObject::write(Id instance, std::vector<ResourceWrite> values, WriteMode mode, Done done)
{
    ServerAccount changed = account(instance);
    if (mode == WriteMode::Replace) {
        for (const Id id : present)
            reset(changed, id);
    }
    for (const auto& [path, value] : values) {
        if (const auto assigned = assign(changed, path.resource(), value); !assigned) {
            const auto error = assigned.error().in(path.toString());
            done(refuse(OutcomeCode::BadRequest, error.message));
            return;
        }
    }
    account(instance) = std::move(changed);
    done({});
    listener_.onAccountWritten(instance);
}

void ServerObject::execute(const Path& path, const std::string&, Done done)
{
    done({});
    if (path.resource() == resource::disable)
        listener_.onDisable(path.instance());
    else if (path.resource() == resource::bootstrapTrigger)
        listener_.onBootstrapTrigger();
    else
        listener_.onUpdateTrigger(path.instance());
}

} // namespace causeway::lwm2m
