// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/departed_servers.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "agent/lwm2m/access_control.hpp"

namespace causeway::lwm2m {

using api::ClientState;
using model::Id;
using Rule = AccessControl::Rule;

namespace {

constexpr Id serverObject = 1;
constexpr Id allOthers = 0; // of an ACL

// "access/server/102" -> "site-b": no path of a rule looks like it.
std::string nameKey(Id server)
{
    return std::string(AccessControl::statePrefix) + "server/" + std::to_string(server);
}

class Heirs
{
public:
    Heirs(const ClientState& kept, std::span<const api::DeviceAccount> accounts)
    {
        for (const auto& account : accounts) {
            const auto& settings = account.settings;
            if (settings.isBootstrap)
                continue;
            const Id id = settings.shortServerId;
            names_[id] = settings.name;
            // A Bootstrap-Server says itself what becomes of the rules.
            const auto known = kept.find(nameKey(id));
            if (known != kept.end() && known->second != settings.name &&
                !api::isBootstrapped(settings))
                continue;
            here_.push_back({account.serverInstance, id});
        }
    }

    [[nodiscard]] const std::map<Id, std::string>& names() const { return names_; }

    [[nodiscard]] bool isHere(Id server) const
    {
        return std::ranges::find(here_, server, &AccessControl::Server::shortServerId) !=
               here_.end();
    }

    [[nodiscard]] std::optional<Id> ownerOf(const Rule& rule) const
    {
        if (rule.target.object() == serverObject && rule.target.isInstance()) {
            const auto own =
                std::ranges::find(here_, rule.target.instance(), &AccessControl::Server::instance);
            return own == here_.end() ? std::nullopt : std::optional(own->shortServerId);
        }
        const auto rights = [&](const AccessControl::Server& server) {
            const auto entry = rule.acl.find(server.shortServerId);
            const auto may = entry == rule.acl.end() ? 0U : unsigned{entry->second};
            const auto has = [&](Right right) {
                return (may & static_cast<unsigned>(right)) != 0 ? 1 : 0;
            };
            return has(Right::Write) + has(Right::Delete);
        };
        const auto best = std::ranges::max_element(here_, {}, rights);
        return best == here_.end() ? std::nullopt : std::optional(best->shortServerId);
    }

private:
    std::map<Id, std::string> names_; ///< of all servers
    std::vector<AccessControl::Server> here_;
};

// Nothing: the rule goes, too.
std::optional<Rule> inherited(Rule rule, const Heirs& heirs)
{
    std::erase_if(rule.acl, [&](const auto& entry) {
        return entry.first != allOthers && !heirs.isHere(entry.first);
    });
    const bool isOwned = rule.owner != 0 && rule.owner != model::maxId;
    if (!isOwned || heirs.isHere(rule.owner))
        return rule;
    const auto owner = heirs.ownerOf(rule);
    if (!owner)
        return std::nullopt;
    rule.owner = *owner;
    return rule;
}

} // namespace

ClientState withoutDeparted(const ClientState& kept, std::span<const api::DeviceAccount> accounts)
{
    const Heirs heirs(kept, accounts);
    if (heirs.names().empty()) // who comes next may be who was there before
        return {};
    ClientState changes;
    bool hasRules = heirs.names().size() > 1;
    const std::string names = nameKey(0).substr(0, nameKey(0).size() - 1);
    for (auto entry = kept.lower_bound(std::string(AccessControl::statePrefix));
         entry != kept.end() && entry->first.starts_with(AccessControl::statePrefix);
         ++entry) {
        const auto& [key, text] = *entry;
        hasRules = true;
        if (key.starts_with(names)) {
            changes[key] = {};
            continue;
        }
        const auto rule = AccessControl::ruleOf(key, text);
        if (!rule)
            continue;
        const auto now = inherited(*rule, heirs);
        changes[key] = now ? AccessControl::stateOf(*now).second : std::string();
    }
    if (hasRules) {
        for (const auto& [id, name] : heirs.names())
            changes[nameKey(id)] = name;
    }
    std::erase_if(changes, [&](const auto& change) {
        const auto before = kept.find(change.first);
        return before != kept.end() && before->second == change.second;
    });
    return changes;
}

} // namespace causeway::lwm2m
