// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/access_control.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "agent/lwm2m/object_links.hpp"

namespace causeway::lwm2m {

using model::Id;
using model::Path;
using Rule = AccessControl::Rule;

namespace {

constexpr Id serverObject = 1;
constexpr Id accessControlObject = 2;
constexpr Id deviceObject = 3;
constexpr Id factoryReset = 5;          // of Object 3
constexpr Id allOthers = 0;             // Resource Instance 0 of an ACL
constexpr std::uint8_t everything = 15; // Read, Write, Execute and Delete
constexpr std::uint8_t all = 31;

// "/3305/0" -> "101 0=15 102=1": the owner, then the ACL.
std::string textOf(const Rule& rule)
{
    std::string text = std::to_string(rule.owner);
    for (const auto& [server, rights] : rule.acl)
        text += fmt::format(" {}={}", server, rights);
    return text;
}

std::optional<std::uint16_t> takeNumber(std::string_view& text)
{
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc())
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

std::optional<Rule> parseRule(const Path& target, std::string_view text)
{
    Rule rule{target, 0, {}};
    const auto owner = takeNumber(text);
    if (!owner)
        return std::nullopt;
    rule.owner = *owner;
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
        const auto server = takeNumber(text);
        if (!server || !text.starts_with('='))
            return std::nullopt;
        text.remove_prefix(1);
        const auto rights = takeNumber(text);
        if (!rights || *rights > all)
            return std::nullopt;
        rule.acl.insert_or_assign(*server, static_cast<std::uint8_t>(*rights));
    }
    return rule;
}

std::string keyOf(const Path& target)
{
    return std::string(AccessControl::statePrefix) + target.toString().substr(1);
}

} // namespace

AccessControl::AccessControl(const ObjectTree& tree, const api::ClientState& kept, Keep keep)
    : tree_(tree)
    , keep_(std::move(keep))
{
    for (auto entry = kept.lower_bound(std::string(statePrefix));
         entry != kept.end() && entry->first.starts_with(statePrefix);
         ++entry)
        kept_.insert(*entry);
}

std::pair<std::string, std::string> AccessControl::stateOf(const Rule& rule)
{
    return {keyOf(rule.target), textOf(rule)};
}

std::optional<Rule> AccessControl::ruleOf(std::string_view key, std::string_view text)
{
    if (!key.starts_with(statePrefix))
        return std::nullopt;
    key.remove_prefix(statePrefix.size() - 1); // with the slash
    const auto target = Path::parse(key);
    return target ? parseRule(*target, text) : std::nullopt;
}

std::pair<std::string, std::string> AccessControl::deliveredMark()
{
    return {std::string(statePrefix) + "delivered", "1"};
}

bool AccessControl::areDelivered() const
{
    return kept_.contains(deliveredMark().first);
}

void AccessControl::setServers(std::vector<Server> servers)
{
    servers_ = std::move(servers);
}

bool AccessControl::isServer(Id shortServerId) const
{
    return std::ranges::find(servers_, shortServerId, &Server::shortServerId) != servers_.end();
}

const Rule* AccessControl::find(const Path& target) const
{
    const auto found = std::ranges::find_if(
        rules_, [&](const auto& entry) { return entry.second.target == target; });
    return found == rules_.end() ? nullptr : &found->second;
}

Rule AccessControl::factoryRule(const Path& target) const
{
    if (target.isObject()) // Create: nobody owns a rule of the Object (LwM2M Core §8.2)
        return {target, model::maxId, {{allOthers, static_cast<std::uint8_t>(Right::Create)}}};
    if (target.object() == serverObject) {
        const auto own = std::ranges::find(servers_, target.instance(), &Server::instance);
        return {target, own == servers_.end() ? Id{0} : own->shortServerId, {}};
    }
    return {target, servers_.front().shortServerId, {{allOthers, everything}}};
}

void AccessControl::add(const Path& target, std::optional<Id> creator)
{
    std::optional<Rule> rule;
    if (!areDelivered())
        rule = factoryRule(target);
    if (creator && target.isInstance()) {
        rule = Rule{target, *creator, {}};
        keep(*rule);
    } else if (const auto known = kept_.find(keyOf(target)); known != kept_.end()) {
        if (auto parsed = parseRule(target, known->second))
            rule = std::move(parsed);
    }
    if (!rule)
        return;
    Id instance = 0;
    while (rules_.contains(instance))
        ++instance;
    rules_.insert_or_assign(instance, *std::move(rule));
}

// A creator owns what is new to us only, not what the delivered rules have left out.
void AccessControl::followTarget(const Path& target, std::optional<Id> creator)
{
    if (followed_.insert(target).second)
        add(target, creator);
}

void AccessControl::follow(std::optional<Id> creator)
{
    std::erase_if(followed_, [this](const Path& target) { return !tree_.contains(target); });
    std::erase_if(rules_, [this](const auto& entry) {
        const Path& target = entry.second.target;
        if (tree_.contains(target))
            return false;
        if (kept_.erase(keyOf(target)) > 0)
            keep_({{keyOf(target), std::string()}});
        return true;
    });
    for (const auto& object : tree_.objects()) {
        const Id id = object->definition().id;
        if (isHidden(id) || id == accessControlObject)
            continue;
        if (object->allowsCreate())
            followTarget({id}, creator);
        for (const Id instance : object->instances())
            followTarget({id, instance}, creator);
    }
}

bool AccessControl::allows(Id server, const Path& path, Right right) const
{
    if (right == Right::None)
        return true;
    // Every server may read the rules; who owns one may change it. Nobody deletes a whole one,
    // which the Object says itself.
    if (path.object() == accessControlObject) {
        const auto rule = path.size() > 1 ? rules_.find(path.instance()) : rules_.end();
        const bool changes = right == Right::Write || (right == Right::Delete && path.size() > 2);
        return !changes || (rule != rules_.end() && rule->second.owner == server);
    }
    if (servers_.size() ==
        1) // the only one has all rights, whatever the rules say (LwM2M Core §8.2)
        return true;
    const Rule* rule = find(right == Right::Create ? path.upTo(1) : path.upTo(2));
    if (rule == nullptr)
        return false;
    // It forgets what all servers have set, bootstrapped accounts included.
    const bool isFactoryReset =
        right == Right::Execute && path == Path{deviceObject, 0, factoryReset};
    if (isFactoryReset && rule->owner != server)
        return false;
    const auto own = rule->acl.find(server);
    if (rule->owner == server && own == rule->acl.end())
        return true;
    const auto entry = own != rule->acl.end() ? own : rule->acl.find(allOthers);
    return entry != rule->acl.end() && (entry->second & static_cast<std::uint8_t>(right)) != 0;
}

void AccessControl::change(Id instance, Rule rule)
{
    keep(rule);
    rules_.insert_or_assign(instance, std::move(rule));
}

void AccessControl::keep(const Rule& rule)
{
    kept_.insert_or_assign(keyOf(rule.target), textOf(rule));
    keep_({{keyOf(rule.target), textOf(rule)}});
}

} // namespace causeway::lwm2m
