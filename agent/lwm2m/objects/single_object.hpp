// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/object.hpp"

namespace causeway::lwm2m {

/// Those of `candidates` that the definition has; in the same order. Newer Resources are not in
/// every version of an Object.
[[nodiscard]] std::vector<model::Id> definedOf(const model::ObjectDefinition& definition,
                                               std::span<const model::Id> candidates);

/// An Object that always has the one instance 0, and values that are as old as the question. The
/// definition and scheduler outlive it.
class SingleObject : public Object
{
public:
    [[nodiscard]] const model::ObjectDefinition& definition() const final { return definition_; }

    [[nodiscard]] std::vector<model::Id> instances() const final { return {0}; }

protected:
    SingleObject(const model::ObjectDefinition& definition, base::Scheduler& scheduler)
        : definition_(definition)
        , scheduler_(scheduler)
    {}

    [[nodiscard]] base::Scheduler& scheduler() const { return scheduler_; }

    /// Taken now.
    [[nodiscard]] model::Sample sampleOf(const model::Path& path, model::Value value) const;

private:
    const model::ObjectDefinition& definition_;
    base::Scheduler& scheduler_;
};

} // namespace causeway::lwm2m
