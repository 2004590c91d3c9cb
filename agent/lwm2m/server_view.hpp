// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agent/lwm2m/access_control.hpp"
#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/observed_target.hpp"
#include "agent/lwm2m/refusal.hpp"
#include "agent/lwm2m/server_account.hpp"

namespace causeway::lwm2m {

/// Whether values come with the times at which they were taken at the device, as far as they are
/// known. The answer to a Read has no place for them (SenML would write them).
enum class Times : std::uint8_t { Omitted, Taken };

/// The tree as one server may see it: Objects 0, 21 and 23 are nobody's, with several servers the
/// rules of Object 2 hold, and /3/0/16 is in the words of its LwM2M version. All references outlive
/// it.
class ServerView
{
public:
    /// Without `access` the server is the only one and may do everything.
    ServerView(const ObjectTree& tree, const ServerAccount& account, const AccessControl* access)
        : tree_(tree)
        , account_(account)
        , access_(access)
    {}

    [[nodiscard]] const ObjectTree& tree() const { return tree_; }

    /// 4.01 for what is not this server's, whether it exists or not.
    [[nodiscard]] OrRefusal<void> checkHidden(const model::Path& path) const;

    /// The same, and when this server has no right to it. Of an Object only Create needs one: what
    /// may be read of it shows when it is read.
    [[nodiscard]] OrRefusal<void> checkAccess(const model::Path& path, Right right) const;

    /// The values at and below `target`, which exists, that this server may read; as
    /// ObjectTree::read(). NotAuthorized when it may read nothing there, ever.
    [[nodiscard]] base::Expected<std::vector<Record>> read(const model::Path& target,
                                                           Times times = Times::Omitted) const;

    /// Those of a composite: what is missing, unreadable or another server's is left out (LwM2M
    /// Core §6.3.9). Ascending, each path once.
    [[nodiscard]] std::vector<Record> readParts(std::span<const model::Path> parts,
                                                Times times = Times::Omitted) const;

    [[nodiscard]] base::Expected<std::vector<Record>> read(const ObservedTarget& target,
                                                           Times times = Times::Omitted) const;

private:
    void sayInOldWords(std::vector<Record>& records) const;
    void append(const model::Path& part, Times times, std::vector<Record>& records) const;
    [[nodiscard]] bool may(const model::Path& path, Right right) const;

    const ObjectTree& tree_;
    const ServerAccount& account_;
    const AccessControl* access_;
};

} // namespace causeway::lwm2m
