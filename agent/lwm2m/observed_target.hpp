// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "agent/model/path.hpp"

namespace causeway::lwm2m {

/// What an observation looks at: one path, or the parts of an Observe-Composite, which need not
/// exist (yet).
struct ObservedTarget
{
    model::Path path;               ///< of a composite the root
    std::vector<model::Path> parts; ///< of a composite; else empty

    [[nodiscard]] bool isComposite() const { return !parts.empty(); }

    /// Something of it is, contains or lies in one of `changed`.
    [[nodiscard]] bool isTouchedBy(std::span<const model::Path> changed) const;

    bool operator==(const ObservedTarget&) const = default;
};

} // namespace causeway::lwm2m
