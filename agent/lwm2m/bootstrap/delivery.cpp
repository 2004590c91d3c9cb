// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/bootstrap/delivery.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "agent/api/server_scheme.hpp"
#include "agent/lwm2m/access_control.hpp"
#include "agent/lwm2m/account_state.hpp"
#include "agent/lwm2m/bootstrap/account_values.hpp"

namespace causeway::lwm2m {

using api::BootstrapResult;
using api::DeliveredAccount;
using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Id;
using model::Path;

namespace {

constexpr Id identityResource = 3; // of Object 0
constexpr std::size_t longestIdentity = 128;
constexpr std::size_t shortestKey = 16;
constexpr std::size_t longestKey = 64;

tl::unexpected<base::Error> inconsistent(std::string message)
{
    return fail(ErrorKind::InvalidArgument, std::move(message));
}

/// Joins the staged instances to accounts; one check after the other, the first failure ends it.
class Assembly
{
public:
    Assembly(const StagedObjects& staged, const DeliveryTarget& target)
        : staged_(staged)
        , target_(target)
    {}

    Expected<BootstrapResult> run()
    {
        if (auto counted = checkCounts(); !counted)
            return fail(counted.error());
        for (const auto& [id, instance] : staged_.instances(securityObjectId)) {
            if (auto added = add(id, instance); !added)
                return fail(added.error());
        }
        if (auto paired = checkAllPaired(); !paired)
            return fail(paired.error());
        if (auto rules = takeRules(); !rules)
            return fail(rules.error());
        if (auto others = takeOthers(); !others)
            return fail(others.error());
        forgetOld();
        delivery_.from = target_.from;
        return std::move(delivery_);
    }

private:
    [[nodiscard]] Expected<void> checkCounts() const
    {
        std::size_t bootstraps = 0;
        for (const auto& [id, instance] : staged_.instances(securityObjectId)) {
            const auto* value = instance.find({securityObjectId, id, 1});
            bootstraps += value != nullptr && *value == model::Value(true) ? 1 : 0;
        }
        const auto all = staged_.instances(securityObjectId).size();
        if (target_.from == api::Provisioner::Smartcard) {
            if (bootstraps > 1)
                return inconsistent(
                    fmt::format("{} Bootstrap-Server accounts; there may be one", bootstraps));
            return all > 0 ? Expected<void>() : inconsistent("Object 0 has no account");
        }
        if (bootstraps != 1)
            return inconsistent(
                fmt::format("{} Bootstrap-Server accounts; there must be one", bootstraps));
        if (all < 2)
            return inconsistent("no server account: Object 0 has none beside the Bootstrap-Server");
        return {};
    }

    Expected<void> add(Id id, const StagedInstance& security)
    {
        const auto* before = accountBefore(security.origin);
        DeliveredAccount delivered;
        auto& settings = delivered.account.settings;
        settings = startingPoint(before);
        delivered.account.securityInstance = id;
        bool isWritten = security.isWritten;
        if (auto taken = takeSecurityValues(security, id, settings); !taken)
            return taken;
        if (!settings.isBootstrap) {
            const auto pair = serverOf(settings.shortServerId);
            if (!pair)
                return fail(pair.error());
            const auto& server = staged_.instances(serverObjectId).at(*pair);
            delivered.account.serverInstance = *pair;
            isWritten = isWritten || server.isWritten;
            if (auto taken = takeServerValues(server, *pair, settings); !taken)
                return taken;
        }
        if (api::isStreamUri(settings.uri) && configuredVersion(settings) == ProtocolVersion::V1_0)
            return inconsistent(fmt::format("{}: LwM2M 1.0, which this account speaks, has no TCP",
                                            Path{securityObjectId, id}.toString()));
        if (before != nullptr && !isWritten) {
            keep(*before, std::move(delivered));
            return {};
        }
        if (auto credential = takeCredential(id, security, delivered); !credential)
            return credential;
        settings.name = nameOf(settings);
        if (const Id pair = delivered.account.serverInstance; !settings.isBootstrap) {
            const auto& server = staged_.instances(serverObjectId).at(pair);
            auto state = takeServerState(server, pair, settings.name);
            if (!state)
                return fail(state.error());
            delivery_.state.merge(*state);
            delivery_.state.merge(bootstrappedState(settings.name, target_.at));
        }
        delivered.isOwn = true;
        delivery_.accounts.push_back(std::move(delivered));
        return {};
    }

    // What Objects 0 and 1 do not say comes from the Bootstrap-Server's account.
    [[nodiscard]] api::ServerSettings startingPoint(const api::DeviceAccount* before) const
    {
        api::ServerSettings settings;
        const auto bootstrap = std::ranges::find_if(
            target_.before, [](const auto& account) { return account.settings.isBootstrap; });
        if (bootstrap != target_.before.end())
            settings.lwm2mVersion = bootstrap->settings.lwm2mVersion;
        if (before != nullptr) {
            settings.lwm2mVersion = before->settings.lwm2mVersion;
            settings.allowsCbcWithoutEtm = before->settings.allowsCbcWithoutEtm;
            settings.retryTimer = before->settings.retryTimer;
        }
        return settings;
    }

    [[nodiscard]] const api::DeviceAccount* accountBefore(const std::string& name) const
    {
        const auto found = std::ranges::find_if(target_.before, [&](const auto& account) {
            return !name.empty() && account.settings.name == name;
        });
        return found == target_.before.end() ? nullptr : &*found;
    }

    Expected<Id> serverOf(std::uint16_t shortServerId)
    {
        if (!shortServerIds_.insert(shortServerId).second)
            return inconsistent(
                fmt::format("two instances of Object 0 have Short Server ID {}", shortServerId));
        std::optional<Id> pair;
        for (const auto& [id, instance] : staged_.instances(serverObjectId)) {
            if (staged_.shortServerId({serverObjectId, id}) != shortServerId)
                continue;
            if (pair)
                return inconsistent(fmt::format("two instances of Object 1 have Short Server ID {}",
                                                shortServerId));
            pair = id;
        }
        if (!pair)
            return inconsistent(
                fmt::format("no instance of Object 1 has Short Server ID {}", shortServerId));
        return *pair;
    }

    void keep(const api::DeviceAccount& before, DeliveredAccount delivered)
    {
        delivered.account.settings = before.settings;
        delivered.origin = before.settings.name;
        untouched_.insert(before.settings.name);
        delivered.isOwn = api::isBootstrapped(before.settings);
        delivery_.accounts.push_back(std::move(delivered));
    }

    [[nodiscard]] std::string nameOf(const api::ServerSettings& settings) const
    {
        return settings.isBootstrap ? target_.device + ":bootstrap"
                                    : fmt::format("{}:{}", target_.device, settings.shortServerId);
    }

    Expected<void>
    takeCredential(Id id, const StagedInstance& security, DeliveredAccount& delivered) const
    {
        const Path path{securityObjectId, id};
        const auto& settings = delivered.account.settings;
        const auto* const scheme = api::schemeOf(settings.uri);
        const bool isNoSec = settings.securityMode == api::SecurityMode::NoSec;
        if (scheme == nullptr || scheme->isSecure == isNoSec)
            return inconsistent(fmt::format("{}: coaps:// goes with a security mode, coap:// with "
                                            "none; so do coaps+tcp:// and coap+tcp://",
                                            path.toString()));
        if (isNoSec)
            return {};
        // /0/x/3 and /0/x/5 are not used (LwM2M 1.1 Transport §5.2.9): the key is made here.
        if (settings.securityMode == api::SecurityMode::Enrolment) {
            delivered.origin = security.origin;
            return {};
        }
        const auto* identity = octetsOf(security, path.child(identityResource));
        if (identity == nullptr && security.key.empty() && !security.origin.empty()) {
            delivered.origin = security.origin;
            return {};
        }
        static const base::Bytes none;
        auto credential = settings.securityMode == api::SecurityMode::Psk
                              ? pskOf(path, identity == nullptr ? none : *identity, security.key)
                              : keyPairOf(path, settings.securityMode, identity, security.key);
        if (!credential)
            return fail(credential.error());
        delivered.credential = *std::move(credential);
        return {};
    }

    static Expected<api::Credential>
    pskOf(const Path& path, const base::Bytes& identity, const base::Secret& key)
    {
        if (identity.empty() || identity.size() > longestIdentity)
            return inconsistent(fmt::format("{}/3: a PSK identity has 1 to {} octets, here are {}",
                                            path.toString(),
                                            longestIdentity,
                                            identity.size()));
        if (key.size() < shortestKey || key.size() > longestKey)
            return inconsistent(fmt::format("{}/5: a PSK has {} to {} octets, here are {}",
                                            path.toString(),
                                            shortestKey,
                                            longestKey,
                                            key.size()));
        return api::PskCredential{identity, key.clone()};
    }

    // Whether the halves belong together, and are on P-256, is for the owner to check.
    static Expected<api::Credential> keyPairOf(const Path& path,
                                               api::SecurityMode mode,
                                               const base::Bytes* publicHalf,
                                               const base::Secret& key)
    {
        if (key.empty())
            return inconsistent(path.toString() + "/5: there is no private key");
        if (mode == api::SecurityMode::RawPublicKey)
            return api::KeyPair{
                publicHalf == nullptr ? base::Bytes() : *publicHalf, key.clone(), {}};
        if (publicHalf == nullptr || publicHalf->empty())
            return inconsistent(path.toString() + "/3: there is no certificate");
        return api::KeyPair{{}, key.clone(), {*publicHalf}};
    }

    static const base::Bytes* octetsOf(const StagedInstance& instance, const Path& path)
    {
        const auto* value = instance.find(path);
        return value == nullptr ? nullptr : std::get_if<base::Bytes>(value);
    }

    [[nodiscard]] Expected<void> checkAllPaired() const
    {
        for (const auto& [id, instance] : staged_.instances(serverObjectId)) {
            const auto server = staged_.shortServerId({serverObjectId, id});
            const bool isPaired = server && *server > 0 && *server < model::maxId &&
                                  shortServerIds_.contains(static_cast<std::uint16_t>(*server));
            if (!isPaired)
                return inconsistent(
                    fmt::format("/1/{} has no Short Server ID of an instance of Object 0", id));
        }
        return {};
    }

    Expected<void> takeRules()
    {
        if (!staged_.changed().contains(accessControlObjectId))
            return {};
        delivery_.outdated.emplace_back(AccessControl::statePrefix);
        const auto& rules = staged_.instances(accessControlObjectId);
        if (staged_.areRulesDelivered() && !rules.empty())
            delivery_.state.insert(AccessControl::deliveredMark());
        std::map<Path, Id> written;
        for (const auto& [id, instance] : rules) {
            if (auto taken = takeRule(id, instance, written); !taken)
                return taken;
        }
        return {};
    }

    // One that is written now replaces one that was in force, whose number is ours.
    Expected<void> takeRule(Id id, const StagedInstance& instance, std::map<Path, Id>& written)
    {
        const auto rule = ruleOf({accessControlObjectId, id}, instance);
        if (!rule)
            return fail(rule.error());
        auto state = AccessControl::stateOf(*rule);
        if (!instance.isWritten) {
            if (!written.contains(rule->target))
                delivery_.state.insert(std::move(state));
            return {};
        }
        const auto [twin, isNew] = written.emplace(rule->target, id);
        if (!isNew)
            return inconsistent(fmt::format(
                "/2/{} and /2/{} are both about {}", twin->second, id, rule->target.toString()));
        delivery_.state.insert_or_assign(std::move(state.first), std::move(state.second));
        return {};
    }

    Expected<void> takeOthers()
    {
        for (const Id id : staged_.changed()) {
            const auto* object = id > accessControlObjectId ? target_.tree.find(id) : nullptr;
            if (object == nullptr)
                continue;
            auto state = object->stateWith(staged_.content(id));
            if (!state)
                return fail(state.error());
            delivery_.state.merge(*state);
        }
        return {};
    }

    [[nodiscard]] Expected<AccessControl::Rule> ruleOf(const Path& path,
                                                       const StagedInstance& instance) const
    {
        const auto object = idIn(instance, path.child(0));
        const auto target = idIn(instance, path.child(1));
        const auto owner = idIn(instance, path.child(3));
        if (!object || !target || !owner)
            return inconsistent(path.toString() + " names no Object, Object Instance or owner");
        if (*owner != model::maxId && !shortServerIds_.contains(*owner))
            return inconsistent(path.toString() + "/3 is no server of this client");
        if (*object <= accessControlObjectId && *object != serverObjectId)
            return inconsistent(
                fmt::format("{}/0 is Object {}, which no rule is about", path.toString(), *object));
        AccessControl::Rule rule{{*object}, *owner, {}};
        if (*target != model::maxId)
            rule.target = rule.target.child(*target);
        for (const auto& [entry, value] : instance.values) {
            const auto* rights = std::get_if<std::int64_t>(&value);
            if (!path.child(2).contains(entry) || !entry.isResourceInstance() || rights == nullptr)
                continue;
            const Id server = entry.resourceInstance();
            const bool isKnown = server == 0 || shortServerIds_.contains(server); // 0: all others
            if (!isKnown && instance.isWritten)
                return inconsistent(entry.toString() + " is no server of this client");
            if (isKnown)
                rule.acl.insert_or_assign(server, static_cast<std::uint8_t>(*rights));
        }
        return rule;
    }

    static std::optional<Id> idIn(const StagedInstance& instance, const Path& path)
    {
        const auto* value = instance.find(path);
        const auto* number = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
        const bool isId = number != nullptr && std::in_range<Id>(*number);
        return isId ? std::optional(static_cast<Id>(*number)) : std::nullopt;
    }

    // What servers had set in an account that has been written, be it the same again, or is gone.
    void forgetOld()
    {
        for (const auto& before : target_.before) {
            if (!untouched_.contains(before.settings.name))
                delivery_.outdated.push_back(fmt::format("server/{}/", before.settings.name));
        }
    }

    const StagedObjects& staged_;
    const DeliveryTarget& target_;
    std::set<std::uint16_t> shortServerIds_;
    std::set<std::string> untouched_; ///< accounts before, by name
    BootstrapResult delivery_;
};

} // namespace

Expected<BootstrapResult> assembleDelivery(const StagedObjects& staged,
                                           const DeliveryTarget& target)
{
    return Assembly(staged, target).run();
}

BootstrapResult withoutBootstrapServer(std::span<const api::DeviceAccount> before)
{
    BootstrapResult rest;
    for (const auto& account : before) {
        const auto& settings = account.settings;
        if (!settings.isBootstrap)
            rest.accounts.push_back(
                {account, api::isBootstrapped(settings), std::nullopt, settings.name});
    }
    return rest;
}

} // namespace causeway::lwm2m
