// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/base/secret.hpp"
#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/object.hpp"
#include "agent/lwm2m/refusal.hpp"

namespace causeway::lwm2m {

inline constexpr model::Id securityObjectId = 0;
inline constexpr model::Id serverObjectId = 1;
inline constexpr model::Id accessControlObjectId = 2;
inline constexpr model::Id deviceObjectId = 3;

/// One Object Instance that is not in force yet.
struct StagedInstance
{
    std::map<model::Path, model::Value> values; ///< Resources and Resource Instances; never the key
    std::set<model::Id> empty;                  ///< multiple Resources without Resource Instances
    std::map<model::Path, base::TimePoint> writtenAt; ///< of the values, those that were written
    base::Secret key;                                 ///< /0/x/5 as the Bootstrap-Server wrote it
    std::string origin;     ///< the account it belonged to; empty: a new one
    bool isWritten = false; ///< by the Bootstrap-Server, in part or whole

    /// nullptr when there is none; the path of a Resource of this instance.
    [[nodiscard]] const model::Value* find(const model::Path& resource) const;
};

/// Objects 0, 1 and 2 of one client, and others that take a bootstrap, while a Bootstrap-Server
/// works on them (LwM2M Core §6.1.7): nothing here is in force, and dropping it is the rollback.
/// Bounded, whatever is written.
class StagedObjects
{
public:
    using Instances = std::map<model::Id, StagedInstance>;

    StagedObjects();

    /// What is in force when the bootstrap begins.
    void add(const model::Path& instance, StagedInstance content);
    /// The same of an Object beyond 2.
    void add(model::Id object, const ObjectContent& content);

    /// The rules of Object 2 that are in force came from a Bootstrap-Server.
    void markRulesDelivered() { areRulesDelivered_ = true; }

    /// They did, or this one has written or deleted some: they are complete.
    [[nodiscard]] bool areRulesDelivered() const { return areRulesDelivered_; }

    /// Whether the Object of this path is one of these.
    [[nodiscard]] bool has(const model::Path& path) const;

    /// Bootstrap-Write: `records` at and below `target`, which is an Object, an instance or a
    /// Resource of one of these Objects. Instances and Resources come into being; what is written
    /// replaces what was there. A server account that is written over the Bootstrap-Server's own
    /// makes that move to a free instance: servers do not know which one it has.
    [[nodiscard]] OrRefusal<void>
    write(const model::Path& target, std::vector<Record> records, base::TimePoint now);

    /// Bootstrap-Delete of the root, an Object or an instance. The Bootstrap-Server's own account
    /// and /3/0 stay. With an instance of Object 0 goes what belongs to that server: its instance
    /// of Object 1 and its rights. Refuses the Bootstrap-Server's instance when it is named.
    [[nodiscard]] OrRefusal<void> remove(const model::Path& target);

    [[nodiscard]] const Instances& instances(model::Id object) const { return objects_.at(object); }

    /// The Objects that are no longer as they were; 0 and 1 are not told.
    [[nodiscard]] const std::set<model::Id>& changed() const { return changed_; }

    [[nodiscard]] ObjectContent content(model::Id object) const;

    /// The account of the Bootstrap-Server that is at work, whatever else it has written as one.
    [[nodiscard]] std::optional<model::Id> bootstrapInstance() const;
    [[nodiscard]] std::optional<std::int64_t> shortServerId(const model::Path& instance) const;

private:
    [[nodiscard]] OrRefusal<void> checkRoom(const std::vector<Record>& records) const;
    /// 0 is no server's: many Bootstrap-Servers give it to their own account, which has none.
    [[nodiscard]] OrRefusal<void> checkShortServerIds(const model::Path& target,
                                                      const std::vector<Record>& records) const;
    [[nodiscard]] static OrRefusal<void> checkBindings(const std::vector<Record>& records);
    void keepRole(std::vector<Record>& records) const;
    void makeWay(const std::vector<Record>& records);
    void put(Record record, base::TimePoint now);
    void noteChange(model::Id object);
    void clear(model::Id object);
    void removeServer(std::int64_t shortServerId);

    std::map<model::Id, Instances> objects_;
    std::set<model::Id> changed_;
    std::optional<model::Id> own_; ///< the Bootstrap-Server's, of Object 0
    bool areRulesDelivered_ = false;
};

} // namespace causeway::lwm2m
