// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/bootstrap/account_values.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "agent/api/server_scheme.hpp"
#include "agent/lwm2m/account_state.hpp"

namespace causeway::lwm2m {

using api::ServerSettings;
using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Id;
using model::Path;
using model::Value;
using std::chrono::seconds;

namespace {

namespace security {
constexpr Id uri = 0;
constexpr Id isBootstrap = 1;
constexpr Id mode = 2;
constexpr Id serverPublicKey = 4;
constexpr Id shortServerId = 10;
constexpr Id clientHoldOff = 11;
constexpr Id bootstrapTimeout = 12;
constexpr Id matchingType = 13;
constexpr Id serverName = 14;
constexpr Id certificateUsage = 15;
constexpr Id cipherSuites = 16;
} // namespace security

namespace server {
constexpr Id shortServerId = 0;
constexpr Id lifetime = 1;
constexpr Id defaultPmin = 2;
constexpr Id defaultPmax = 3;
constexpr Id disableTimeout = 5;
constexpr Id storing = 6;
constexpr Id binding = 7;
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
} // namespace server

Value number(std::int64_t value)
{
    return {value};
}

Value unsignedNumber(std::uint64_t value)
{
    return {value};
}

Value count(seconds time)
{
    return number(time.count());
}

/// Reads the Resources of one instance; remembers the first that cannot be.
class Reader
{
public:
    Reader(const StagedInstance& content, const Path& instance)
        : content_(content)
        , instance_(instance)
    {}

    void text(Id id, std::string& target)
    {
        if (const auto* value = typed<std::string>(id))
            target = *value;
    }

    void octets(Id id, base::Bytes& target)
    {
        if (const auto* value = typed<base::Bytes>(id))
            target = *value;
    }

    void truth(Id id, bool& target)
    {
        if (const auto* value = typed<bool>(id))
            target = *value;
    }

    template <typename Target>
    void whole(Id id, Target& target)
    {
        const auto value = integer(id);
        if (!value)
            return;
        if (std::in_range<Target>(*value))
            target = static_cast<Target>(*value);
        else
            refuse(id, "is out of range");
    }

    void time(Id id, seconds& target)
    {
        std::uint32_t value = 0; // 136 years
        whole(id, value);
        if (has(id))
            target = seconds(value);
    }

    void time(Id id, std::optional<seconds>& target)
    {
        seconds value{};
        time(id, value);
        if (has(id))
            target = value;
    }

    void need(std::initializer_list<Id> ids)
    {
        for (const Id id : ids) {
            if (!has(id))
                refuse(id, "is mandatory and missing");
        }
    }

    void refuse(Id id, std::string_view why)
    {
        if (problem_.empty())
            problem_ = fmt::format("{} {}", instance_.child(id).toString(), why);
    }

    [[nodiscard]] bool has(Id id) const { return content_.find(instance_.child(id)) != nullptr; }

    [[nodiscard]] Expected<void> result() const
    {
        if (problem_.empty())
            return {};
        return fail(ErrorKind::InvalidArgument, problem_);
    }

private:
    template <typename Type>
    const Type* typed(Id id)
    {
        const auto* value = content_.find(instance_.child(id));
        const auto* right = value == nullptr ? nullptr : std::get_if<Type>(value);
        if (value != nullptr && right == nullptr)
            refuse(id, "has the wrong type");
        return right;
    }

    std::optional<std::int64_t> integer(Id id)
    {
        const auto* value = content_.find(instance_.child(id));
        if (value == nullptr)
            return std::nullopt;
        const auto converted = model::convert(*value, model::ResourceType::Integer);
        if (!converted) {
            refuse(id, "is no number");
            return std::nullopt;
        }
        return std::get<std::int64_t>(*converted);
    }

    const StagedInstance& content_;
    Path instance_;
    std::string problem_;
};

std::vector<std::string> suitesOf(const StagedInstance& content, const Path& resource)
{
    std::vector<std::string> suites;
    for (const auto& [path, value] : content.values) {
        if (resource.contains(path) && path.isResourceInstance())
            suites.push_back(model::toText(value));
    }
    return suites;
}

bool hasServerIdentity(api::SecurityMode mode)
{
    return mode == api::SecurityMode::RawPublicKey ||
           api::channelMode(mode) == api::SecurityMode::Certificate;
}

void takeServerIdentity(Reader& reader, api::ServerIdentity& identity)
{
    reader.octets(security::serverPublicKey, identity.publicKey);
    reader.text(security::serverName, identity.serverName);
    // The definition lets in no number that the enumerations do not have.
    auto matchingType = static_cast<std::uint8_t>(identity.matchingType);
    reader.whole(security::matchingType, matchingType);
    identity.matchingType = static_cast<api::MatchingType>(matchingType);
    auto usage = static_cast<std::uint8_t>(identity.certificateUsage);
    reader.whole(security::certificateUsage, usage);
    identity.certificateUsage = static_cast<api::CertificateUsage>(usage);
}

// Operators name suites, a Bootstrap-Server only ever sees their numbers.
std::optional<std::uint64_t> suiteNumber(const std::string& text)
{
    const bool isHex = text.starts_with("0x") || text.starts_with("0X");
    std::uint64_t value = 0;
    const char* const begin = text.data() + (isHex ? 2 : 0);
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(begin, end, value, isHex ? 16 : 10);
    return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

void stageRules(const AccessControl& access, StagedObjects& staged)
{
    if (access.areDelivered())
        staged.markRulesDelivered();
    for (const auto& [id, rule] : access.rules()) {
        const Path path{accessControlObjectId, id};
        const auto instance = rule.target.isObject() ? model::maxId : rule.target.instance();
        StagedInstance content;
        content.values = {{path.child(0), number(rule.target.object())},
                          {path.child(1), number(instance)},
                          {path.child(3), number(rule.owner)}};
        for (const auto& [server, rights] : rule.acl)
            content.values[path.child(2).child(server)] = number(rights);
        staged.add(path, std::move(content));
    }
}

std::string bindingToTell(const ServerSettings& settings)
{
    if (api::isStreamUri(settings.uri))
        return "T";
    return settings.queueMode ? "UQ" : "U";
}

} // namespace

StagedInstance securityValues(const ServerSettings& settings, Id instance)
{
    const Path path{securityObjectId, instance};
    StagedInstance content;
    content.origin = settings.name;
    content.values = {
        {path.child(security::uri), Value(settings.uri)},
        {path.child(security::isBootstrap), Value(settings.isBootstrap)},
        {path.child(security::mode), number(static_cast<std::int64_t>(settings.securityMode))}};
    if (settings.isBootstrap) {
        content.values[path.child(security::clientHoldOff)] = count(settings.clientHoldOff);
        content.values[path.child(security::bootstrapTimeout)] = count(settings.bootstrapTimeout);
    } else {
        content.values[path.child(security::shortServerId)] = number(settings.shortServerId);
    }
    if (hasServerIdentity(settings.securityMode)) {
        const auto& identity = settings.identity;
        content.values[path.child(security::serverPublicKey)] = identity.publicKey;
        content.values[path.child(security::serverName)] = identity.serverName;
        content.values[path.child(security::matchingType)] =
            unsignedNumber(static_cast<std::uint64_t>(identity.matchingType));
        content.values[path.child(security::certificateUsage)] =
            unsignedNumber(static_cast<std::uint64_t>(identity.certificateUsage));
    }
    Id position = 0;
    for (const auto& suite : settings.cipherSuites) {
        if (const auto known = suiteNumber(suite))
            content.values[path.child(security::cipherSuites).child(position++)] =
                unsignedNumber(*known);
    }
    return content;
}

StagedInstance serverValues(const ServerAccount& account)
{
    const auto& settings = account.settings;
    const Path path{serverObjectId, account.instance};
    StagedInstance content;
    content.origin = settings.name;
    content.values = {
        {path.child(server::shortServerId), number(settings.shortServerId)},
        {path.child(server::lifetime), count(settings.lifetime)},
        {path.child(server::disableTimeout), count(settings.disableTimeout)},
        {path.child(server::storing), Value(account.storesNotifications)},
        {path.child(server::binding), Value(bindingToTell(settings))},
        {path.child(server::bootstrapsOnFailure), Value(settings.bootstrapsOnFailure)},
        {path.child(server::retryCount), unsignedNumber(settings.retryCount)},
        {path.child(server::retryTimer),
         unsignedNumber(static_cast<std::uint64_t>(settings.retryTimer.count()))},
        {path.child(server::sequenceDelay),
         unsignedNumber(static_cast<std::uint64_t>(settings.sequenceDelay.count()))},
        {path.child(server::sequenceRetryCount), unsignedNumber(settings.sequenceRetryCount)},
        {path.child(server::muteSend), Value(account.mutesSend)},
        {path.child(server::notificationMode), number(account.confirmsNotifications ? 1 : 0)}};
    if (settings.registrationOrder)
        content.values[path.child(server::registrationOrder)] =
            unsignedNumber(*settings.registrationOrder);
    if (settings.initialDelay > std::chrono::seconds::zero())
        content.values[path.child(server::initialDelay)] =
            unsignedNumber(static_cast<std::uint64_t>(settings.initialDelay.count()));
    if (settings.blocksOnFailure)
        content.values[path.child(server::blocksOnFailure)] = Value(true);
    if (settings.defaultPmin)
        content.values[path.child(server::defaultPmin)] = count(*settings.defaultPmin);
    if (settings.defaultPmax)
        content.values[path.child(server::defaultPmax)] = count(*settings.defaultPmax);
    return content;
}

StagedObjects stageOf(const InForce& inForce)
{
    StagedObjects staged;
    for (const auto& account : inForce.accounts)
        staged.add({securityObjectId, account.securityInstance},
                   securityValues(account.settings, account.securityInstance));
    for (const auto* server : inForce.servers)
        staged.add({serverObjectId, server->instance}, serverValues(*server));
    if (inForce.access != nullptr)
        stageRules(*inForce.access, staged);
    for (const auto& object : inForce.tree.objects()) {
        if (const auto content = object->bootstrapContent())
            staged.add(object->definition().id, *content);
    }
    return staged;
}

Expected<void>
takeSecurityValues(const StagedInstance& content, Id instance, ServerSettings& settings)
{
    const Path path{securityObjectId, instance};
    Reader reader(content, path);
    reader.need({security::uri, security::isBootstrap, security::mode});
    reader.text(security::uri, settings.uri);
    reader.truth(security::isBootstrap, settings.isBootstrap);
    std::uint8_t mode = 0;
    reader.whole(security::mode, mode);
    settings.securityMode = static_cast<api::SecurityMode>(mode);
    if (mode > static_cast<std::uint8_t>(api::SecurityMode::Enrolment))
        reader.refuse(security::mode, "is a security mode that this client does not have");
    if (hasServerIdentity(settings.securityMode))
        takeServerIdentity(reader, settings.identity);
    if (!settings.isBootstrap) { // of a Bootstrap-Server it has no meaning, and may be anything
        reader.need({security::shortServerId});
        reader.whole(security::shortServerId, settings.shortServerId);
        if (settings.shortServerId == 0)
            reader.refuse(security::shortServerId, "is 0, as only a Bootstrap-Server's may be");
    }
    reader.time(security::clientHoldOff, settings.clientHoldOff);
    reader.time(security::bootstrapTimeout, settings.bootstrapTimeout);
    settings.cipherSuites = suitesOf(content, path.child(security::cipherSuites));
    return reader.result();
}

Expected<api::ClientState>
takeServerState(const StagedInstance& content, Id instance, const std::string& name)
{
    Reader reader(content, {serverObjectId, instance});
    bool mutesSend = true;
    reader.truth(server::muteSend, mutesSend);
    if (auto result = reader.result(); !result)
        return fail(result.error());
    return deliveredState(name, mutesSend);
}

Expected<void>
takeServerValues(const StagedInstance& content, Id instance, ServerSettings& settings)
{
    Reader reader(content, {serverObjectId, instance});
    reader.need({server::shortServerId, server::lifetime, server::storing, server::binding});
    reader.time(server::lifetime, settings.lifetime);
    reader.time(server::defaultPmin, settings.defaultPmin);
    reader.time(server::defaultPmax, settings.defaultPmax);
    reader.time(server::disableTimeout, settings.disableTimeout);
    reader.truth(server::storing, settings.storesNotifications);
    if (reader.has(server::registrationOrder))
        reader.whole(server::registrationOrder, settings.registrationOrder.emplace());
    reader.time(server::initialDelay, settings.initialDelay);
    reader.truth(server::blocksOnFailure, settings.blocksOnFailure);
    reader.truth(server::bootstrapsOnFailure, settings.bootstrapsOnFailure);
    reader.whole(server::retryCount, settings.retryCount);
    reader.time(server::retryTimer, settings.retryTimer);
    reader.time(server::sequenceDelay, settings.sequenceDelay);
    reader.whole(server::sequenceRetryCount, settings.sequenceRetryCount);
    std::uint8_t notificationMode = 0;
    reader.whole(server::notificationMode, notificationMode);
    settings.notifiesConfirmable = notificationMode == 1;
    std::string binding;
    reader.text(server::binding, binding);
    // The URI says what is spoken, and /1/x/7 then tells that one. Many Bootstrap-Servers write U
    // for TCP too; T alone for UDP contradicts the URI.
    const bool isStream = api::isStreamUri(settings.uri);
    if (binding.find_first_of(isStream ? "UT" : "U") == std::string::npos)
        reader.refuse(server::binding,
                      isStream ? "has no binding of this client, which are U and T"
                               : "lacks U, the binding of the account's URI");
    settings.queueMode = binding.find('Q') != std::string::npos;
    return reader.result();
}

} // namespace causeway::lwm2m
