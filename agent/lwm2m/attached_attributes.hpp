// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "agent/model/attributes.hpp"
#include "agent/model/path.hpp"

namespace causeway::lwm2m {

/// What one server has attached with Write-Attributes, level by level (LwM2M Core §5.1.2).
class AttachedAttributes
{
public:
    using Entry = std::pair<model::Path, model::NotificationAttributes>;

    /// What is attached at this very level.
    [[nodiscard]] model::NotificationAttributes at(const model::Path& path) const;

    /// An empty set removes the entry.
    void set(const model::Path& path, const model::NotificationAttributes& attributes);

    /// Own ones first, then those of the levels above.
    [[nodiscard]] model::NotificationAttributes effective(const model::Path& path) const;

    /// Forgets `path` and what is below it; says which levels had attributes.
    std::vector<model::Path> forget(const model::Path& path);

    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

private:
    std::vector<Entry> entries_; ///< ascending by path; most devices have none
};

} // namespace causeway::lwm2m
