// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/observed_target.hpp"

#include <algorithm>

namespace causeway::lwm2m {

using model::Path;

namespace {

bool touches(const Path& observed, std::span<const Path> changed)
{
    return std::ranges::any_of(changed, [&](const Path& path) {
        return observed.contains(path) || path.contains(observed);
    });
}

} // namespace

bool ObservedTarget::isTouchedBy(std::span<const Path> changed) const
{
    if (!isComposite())
        return touches(path, changed);
    return std::ranges::any_of(parts, [&](const Path& part) { return touches(part, changed); });
}

} // namespace causeway::lwm2m
