// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/api/inventory.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/lwm2m/object_tree.hpp"

namespace causeway::lwm2m {

/// The bits of an ACL (LwM2M Core appendix E.3). None: the operation needs no right.
enum class Right : std::uint8_t {
    None = 0,
    Read = 1,
    Write = 2,
    Execute = 4,
    Delete = 8,
    Create = 16,
};

/// Who may do what, once a client has several servers (LwM2M Core §8); with one server delivered
/// rules are there to be read, and it may do everything. One rule for each Object
/// Instance, and one for each Object whose instances servers may create. From the factory the first
/// server owns what is there and the others may do everything too; each server owns its /1/x. Once
/// a Bootstrap-Server has delivered rules they are all there is: what they do not name is nobody's.
/// The owner changes rules by writing to Object 2. The tree outlives it.
class AccessControl
{
public:
    using Acl = std::map<model::Id, std::uint8_t>; ///< by Short Server ID; 0 is for all others

    struct Rule
    {
        model::Path target; ///< an instance, or an Object for Create
        model::Id owner = 0;
        Acl acl;
    };

    /// What of the client's state are rules: keys that begin so, one per rule.
    static constexpr std::string_view statePrefix = "access/";
    [[nodiscard]] static std::pair<std::string, std::string> stateOf(const Rule& rule);
    /// Back again; nothing when it is none.
    [[nodiscard]] static std::optional<Rule> ruleOf(std::string_view key, std::string_view text);

    /// Of the client's state too, beside rules that a Bootstrap-Server has delivered.
    [[nodiscard]] static std::pair<std::string, std::string> deliveredMark();

    /// Gets what is to be kept over a restart.
    using Keep = base::UniqueFunction<void(const api::ClientState&)>;

    AccessControl(const ObjectTree& tree, const api::ClientState& kept, Keep keep);

    struct Server
    {
        model::Id instance = 0; ///< of Object 1
        model::Id shortServerId = 0;
    };

    /// At least one; from the factory the first owns the device's Objects.
    void setServers(std::vector<Server> servers);

    [[nodiscard]] bool isServer(model::Id shortServerId) const;

    /// Instances came or went; those that came are `creator`'s, or as from the factory, or
    /// nobody's.
    void follow(std::optional<model::Id> creator);

    /// `path` is at an instance or below it; of an Object only Create is asked.
    [[nodiscard]] bool allows(model::Id server, const model::Path& path, Right right) const;

    [[nodiscard]] const std::map<model::Id, Rule>& rules() const { return rules_; }

    void change(model::Id instance, Rule rule);

    /// A Bootstrap-Server has delivered them: from the factory comes nothing more.
    [[nodiscard]] bool areDelivered() const;

private:
    [[nodiscard]] const Rule* find(const model::Path& target) const;
    [[nodiscard]] Rule factoryRule(const model::Path& target) const;
    void followTarget(const model::Path& target, std::optional<model::Id> creator);
    void add(const model::Path& target, std::optional<model::Id> creator);
    void keep(const Rule& rule);

    const ObjectTree& tree_;
    api::ClientState kept_;
    Keep keep_;
    std::vector<Server> servers_;
    std::map<model::Id, Rule> rules_; ///< by instance of Object 2
    std::set<model::Path> followed_;  ///< what has a rule, or is known to have none
};

} // namespace causeway::lwm2m
