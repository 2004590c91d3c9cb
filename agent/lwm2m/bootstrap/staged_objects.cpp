// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/bootstrap/staged_objects.hpp"

#include <algorithm>
#include <set>

#include "agent/lwm2m/binding.hpp"

namespace causeway::lwm2m {

using model::Id;
using model::OutcomeCode;
using model::Path;

namespace {

constexpr Id bootstrapServerResource = 1; // of Object 0
constexpr Id keyResource = 5;             // of Object 0
constexpr Id securityShortServerId = 10;  // of Object 0
constexpr Id serverShortServerId = 0;     // of Object 1
constexpr Id bindingResource = 7;         // of Object 1
constexpr Id aclResource = 2;             // of Object 2
constexpr Id ownerResource = 3;           // of Object 2

// A device has at most eight servers, and a rule of Object 2 for each of some dozen instances: more
// than that is a Bootstrap-Server that does not end.
constexpr std::size_t mostInstances = 64;
// The longest value of these Objects is a certificate; their other values are words and numbers.
constexpr std::size_t longestValue = 8192;
constexpr std::size_t mostResourceInstances = 64;

std::size_t sizeOf(const model::Value& value)
{
    if (const auto* text = std::get_if<std::string>(&value))
        return text->size();
    const auto* octets = std::get_if<base::Bytes>(&value);
    return octets == nullptr ? 0 : octets->size();
}

bool isBootstrap(Id id, const StagedInstance& instance)
{
    const auto* value = instance.find({securityObjectId, id, bootstrapServerResource});
    const auto* truth = value == nullptr ? nullptr : std::get_if<bool>(value);
    return truth != nullptr && *truth;
}

void eraseBelow(std::map<Path, model::Value>& values, const Path& path)
{
    std::erase_if(values, [&](const auto& entry) { return path.contains(entry.first); });
}

// The most Write and Delete rights (LwM2M Core §6.1.7.6): who inherits a rule.
std::optional<Id> heirOf(const StagedInstance& rule, const Path& acl)
{
    constexpr std::int64_t writeRight = 2;
    constexpr std::int64_t deleteRight = 8;
    std::optional<Id> heir;
    int most = -1;
    for (const auto& [path, value] : rule.values) {
        const auto* rights = std::get_if<std::int64_t>(&value);
        if (!acl.contains(path) || path == acl || rights == nullptr)
            continue;
        const int count =
            ((*rights & writeRight) != 0 ? 1 : 0) + ((*rights & deleteRight) != 0 ? 1 : 0);
        if (path.resourceInstance() != 0 && count > most) {
            heir = path.resourceInstance();
            most = count;
        }
    }
    return heir;
}

} // namespace

const model::Value* StagedInstance::find(const Path& resource) const
{
    const auto found = values.find(resource);
    return found == values.end() ? nullptr : &found->second;
}

StagedObjects::StagedObjects()
{
    for (const Id object : {securityObjectId, serverObjectId, accessControlObjectId})
        objects_[object];
}

void StagedObjects::add(const Path& instance, StagedInstance content)
{
    const Id id = instance.instance();
    if (!own_ && instance.object() == securityObjectId && isBootstrap(id, content))
        own_ = id;
    objects_.at(instance.object()).insert_or_assign(instance.instance(), std::move(content));
}

void StagedObjects::add(Id object, const ObjectContent& content)
{
    auto& instances = objects_[object];
    for (const Id id : content.instances)
        instances[id];
    for (const auto& [path, value] : content.values)
        instances[path.instance()].values.emplace(path, value);
    for (const auto& path : content.empty)
        instances[path.instance()].empty.insert(path.resource());
}

bool StagedObjects::has(const Path& path) const
{
    return path.isRoot() || objects_.contains(path.object());
}

ObjectContent StagedObjects::content(Id object) const
{
    ObjectContent content;
    for (const auto& [id, instance] : instances(object)) {
        content.instances.insert(id);
        content.values.insert(instance.values.begin(), instance.values.end());
        content.writtenAt.insert(instance.writtenAt.begin(), instance.writtenAt.end());
        for (const Id resource : instance.empty)
            content.empty.insert(Path{object, id, resource});
    }
    return content;
}

OrRefusal<void> StagedObjects::checkRoom(const std::vector<Record>& records) const
{
    std::map<Id, std::set<Id>> ids;
    std::map<Path, std::size_t> counts;
    for (const auto& [path, value, takenAt] : records) {
        if (path.size() < 2 || path.instance() == unassignedInstance)
            return refusal(OutcomeCode::BadRequest, "the payload does not name its instances");
        if (value && sizeOf(*value) > longestValue)
            return refusal(OutcomeCode::RequestTooLarge, path.toString() + " is too long");
        if (path.isResourceInstance() && ++counts[path.upTo(3)] > mostResourceInstances)
            return refusal(OutcomeCode::RequestTooLarge,
                           path.upTo(3).toString() + " has too many instances");
        ids[path.object()].insert(path.instance());
    }
    for (const auto& [object, news] : ids) {
        std::set<Id> all = news;
        for (const auto& [id, ignored] : objects_.at(object))
            all.insert(id);
        if (all.size() > mostInstances)
            return refusal(OutcomeCode::RequestTooLarge, "too many instances");
    }
    return {};
}

OrRefusal<void> StagedObjects::checkShortServerIds(const Path& target,
                                                   const std::vector<Record>& records) const
{
    for (const Record& record : records) {
        const Path& path = record.path;
        const bool isNone = path.size() > 2 && path.object() == securityObjectId &&
                            path.resource() == securityShortServerId &&
                            record.value == model::Value(std::int64_t{0});
        if (!isNone)
            continue;
        const Path claim = path.upTo(2).child(bootstrapServerResource);
        const auto written = std::ranges::find(records, claim, &Record::path);
        const auto& all = instances(securityObjectId);
        const auto there = target.isResource() ? all.find(path.instance()) : all.end();
        const bool isOfBootstrap =
            written != records.end()
                ? written->value == model::Value(true)
                : there != all.end() && isBootstrap(there->first, there->second);
        if (!isOfBootstrap)
            return refusal(OutcomeCode::BadRequest,
                           path.toString() + ": only a Bootstrap-Server has 0");
    }
    return {};
}

OrRefusal<void> StagedObjects::checkBindings(const std::vector<Record>& records)
{
    for (const auto& [path, value, takenAt] : records) {
        const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
        const bool isOfServer = text != nullptr && path.isResource() &&
                                path.object() == serverObjectId &&
                                path.resource() == bindingResource;
        if (isOfServer && !isBinding(*text))
            return refusal(OutcomeCode::BadRequest, path.toString() + " is no binding");
    }
    return {};
}

// What an instance's Write leaves out is not there any more, but the account in use can neither be
// deleted nor become a server's because nobody says what it is.
void StagedObjects::keepRole(std::vector<Record>& records) const
{
    const auto own = bootstrapInstance();
    if (!own)
        return;
    const Path instance{securityObjectId, *own};
    const Path claim = instance.child(bootstrapServerResource);
    const bool isRewritten = std::ranges::any_of(
        records, [&](const Record& record) { return instance.contains(record.path); });
    if (!isRewritten || std::ranges::find(records, claim, &Record::path) != records.end())
        return;
    const auto place = std::ranges::upper_bound(records, claim, {}, &Record::path);
    records.insert(place, {claim, model::Value(true), std::nullopt});
}

void StagedObjects::makeWay(const std::vector<Record>& records)
{
    const auto own = bootstrapInstance();
    if (!own)
        return;
    const Path claim{securityObjectId, *own, bootstrapServerResource};
    const bool isTaken = std::ranges::any_of(records, [&](const Record& record) {
        return record.path == claim && record.value == model::Value(false);
    });
    if (!isTaken)
        return;
    auto& instances = objects_.at(securityObjectId);
    const auto isWanted = [&](Id id) {
        return std::ranges::any_of(records, [id](const Record& record) {
            return record.path.object() == securityObjectId && record.path.instance() == id;
        });
    };
    Id free = 0;
    while (instances.contains(free) || isWanted(free))
        ++free;
    StagedInstance moved = std::move(instances.at(*own));
    std::map<Path, model::Value> values;
    for (auto& [path, value] : moved.values) {
        Path renamed{securityObjectId, free, path.resource()};
        values.emplace(path.size() > 3 ? renamed.child(path.resourceInstance()) : renamed,
                       std::move(value));
    }
    moved.values = std::move(values);
    instances.erase(*own);
    instances.insert_or_assign(free, std::move(moved));
    own_ = free;
}

OrRefusal<void>
StagedObjects::write(const Path& target, std::vector<Record> records, base::TimePoint now)
{
    if (auto room = checkRoom(records); !room)
        return room;
    const bool isWhole = target.object() == securityObjectId && target.size() < 3;
    if (isWhole)
        keepRole(records);
    if (auto ids = checkShortServerIds(target, records); !ids)
        return ids;
    if (auto bindings = checkBindings(records); !bindings)
        return bindings;
    if (isWhole)
        makeWay(records);
    // An instance is replaced whole: what is not in the payload must not be there (LwM2M Core
    // §6.1.7.5).
    std::set<Path> replaced;
    if (target.isInstance())
        replaced.insert(target);
    for (const Record& record : records) {
        if (target.size() < 3)
            replaced.insert(record.path.upTo(2));
    }
    for (const Path& instance : replaced) {
        StagedInstance fresh;
        fresh.isWritten = true;
        add(instance, std::move(fresh));
    }
    if (target.isResource())
        eraseBelow(objects_.at(target.object())[target.instance()].values, target);
    noteChange(target.object());
    for (Record& record : records)
        put(std::move(record), now);
    return {};
}

void StagedObjects::put(Record record, base::TimePoint now)
{
    auto& instance = objects_.at(record.path.object())[record.path.instance()];
    instance.isWritten = true;
    if (record.path.isResource() && !record.value)
        instance.empty.insert(record.path.resource());
    if (record.path.size() < 3 || !record.value)
        return;
    instance.empty.erase(record.path.resource());
    const bool isKey =
        record.path.object() == securityObjectId && record.path.resource() == keyResource;
    auto* const octets = std::get_if<base::Bytes>(&*record.value);
    if (isKey && octets != nullptr) {
        instance.key = base::Secret(*octets);
        base::wipe(*octets);
        return;
    }
    instance.values.insert_or_assign(record.path, *std::move(record.value));
    instance.writtenAt.insert_or_assign(record.path, now);
}

OrRefusal<void> StagedObjects::remove(const Path& target)
{
    if (target.isRoot()) {
        for (const auto& [object, instances] : objects_)
            clear(object);
        return {};
    }
    if (target.isObject()) {
        clear(target.object());
        return {};
    }
    if (target.object() == deviceObjectId)
        return {};
    noteChange(target.object());
    if (target.object() != securityObjectId) {
        objects_.at(target.object()).erase(target.instance());
        return {};
    }
    if (bootstrapInstance() == target.instance())
        return refusal(OutcomeCode::BadRequest, "the Bootstrap-Server's own account stays");
    const auto server = shortServerId(target);
    objects_.at(securityObjectId).erase(target.instance());
    if (server)
        removeServer(*server);
    return {};
}

void StagedObjects::noteChange(Id object)
{
    changed_.insert(object);
    if (object == accessControlObjectId)
        areRulesDelivered_ = true;
}

// Without any rule those from the factory come back.
void StagedObjects::clear(Id object)
{
    if (object == deviceObjectId)
        return;
    if (object == accessControlObjectId)
        areRulesDelivered_ = false;
    changed_.insert(object);
    const auto kept = object == securityObjectId ? bootstrapInstance() : std::nullopt;
    std::erase_if(objects_.at(object), [&](const auto& entry) { return entry.first != kept; });
}

// "Unbootstrapping" of one server (LwM2M Core §6.1.7.6).
void StagedObjects::removeServer(std::int64_t server)
{
    std::erase_if(objects_.at(serverObjectId), [&](const auto& entry) {
        return shortServerId({serverObjectId, entry.first}) == server;
    });
    auto& rules = objects_.at(accessControlObjectId);
    for (auto rule = rules.begin(); rule != rules.end();) {
        const Path path{accessControlObjectId, rule->first};
        const Path acl = path.child(aclResource);
        auto& values = rule->second.values;
        if (values.erase(acl.child(static_cast<Id>(server))) > 0)
            changed_.insert(accessControlObjectId);
        const auto* owner = rule->second.find(path.child(ownerResource));
        if (owner == nullptr || *owner != model::Value(server)) {
            ++rule;
            continue;
        }
        changed_.insert(accessControlObjectId);
        const auto heir = heirOf(rule->second, acl);
        if (heir)
            values.insert_or_assign(path.child(ownerResource), model::Value(std::int64_t{*heir}));
        rule = heir ? std::next(rule) : rules.erase(rule);
    }
}

std::optional<Id> StagedObjects::bootstrapInstance() const
{
    const auto& all = instances(securityObjectId);
    const auto isOne = [](const auto& entry) {
        return isBootstrap(entry.first, entry.second);
    };
    const auto own = own_ ? all.find(*own_) : all.end();
    if (own != all.end() && isOne(*own))
        return own->first;
    const auto first = std::ranges::find_if(all, isOne);
    return first == all.end() ? std::nullopt : std::optional(first->first);
}

std::optional<std::int64_t> StagedObjects::shortServerId(const Path& instance) const
{
    const auto& all = instances(instance.object());
    const auto found = all.find(instance.instance());
    if (found == all.end())
        return std::nullopt;
    const Id resource =
        instance.object() == securityObjectId ? securityShortServerId : serverShortServerId;
    const auto* value = found->second.find(instance.child(resource));
    const auto* number = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
    return number == nullptr || *number == 0 ? std::nullopt : std::optional(*number);
}

} // namespace causeway::lwm2m
