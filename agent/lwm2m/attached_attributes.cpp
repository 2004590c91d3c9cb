// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/attached_attributes.hpp"

#include <algorithm>

namespace causeway::lwm2m {

using model::NotificationAttributes;
using model::Path;

namespace {

template <typename Type>
void inherit(std::optional<Type>& own, const std::optional<Type>& above)
{
    if (!own)
        own = above;
}

void inheritAll(NotificationAttributes& own, const NotificationAttributes& above)
{
    inherit(own.pmin, above.pmin);
    inherit(own.pmax, above.pmax);
    inherit(own.gt, above.gt);
    inherit(own.lt, above.lt);
    inherit(own.st, above.st);
    inherit(own.epmin, above.epmin);
    inherit(own.epmax, above.epmax);
    inherit(own.edge, above.edge);
    inherit(own.con, above.con);
    inherit(own.hqmax, above.hqmax);
}

} // namespace

NotificationAttributes AttachedAttributes::at(const Path& path) const
{
    const auto found = std::ranges::lower_bound(entries_, path, {}, &Entry::first);
    return found != entries_.end() && found->first == path ? found->second
                                                           : NotificationAttributes{};
}

void AttachedAttributes::set(const Path& path, const NotificationAttributes& attributes)
{
    const auto place = std::ranges::lower_bound(entries_, path, {}, &Entry::first);
    const bool isThere = place != entries_.end() && place->first == path;
    if (attributes == NotificationAttributes{}) {
        if (isThere)
            entries_.erase(place);
        return;
    }
    if (isThere)
        place->second = attributes;
    else
        entries_.insert(place, {path, attributes});
}

NotificationAttributes AttachedAttributes::effective(const Path& path) const
{
    NotificationAttributes merged;
    // Descending, so that the level nearest to the path comes first.
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
        if (entry->first.contains(path))
            inheritAll(merged, entry->second);
    }
    return merged;
}

std::vector<Path> AttachedAttributes::forget(const Path& path)
{
    std::vector<Path> forgotten;
    for (const auto& [level, attributes] : entries_) {
        if (path.contains(level))
            forgotten.push_back(level);
    }
    std::erase_if(entries_, [&](const Entry& entry) { return path.contains(entry.first); });
    return forgotten;
}

} // namespace causeway::lwm2m
