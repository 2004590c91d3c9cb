// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/api/transport.hpp"
#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/refusal.hpp"
#include "agent/lwm2m/server_view.hpp"

namespace causeway::lwm2m {

/// What a Write asks of one Object Instance, after every check that needs no device.
struct WritePlan
{
    model::Id object = 0;
    model::Id instance = 0;
    std::vector<ResourceWrite> values;
    WriteMode mode = WriteMode::PartialUpdate;
    std::vector<model::Path> removed{}; ///< Resource Instances, of a Write-Composite only
};

/// What a Create asks for, after the same checks.
struct CreatePlan
{
    std::vector<NewInstance> instances; ///< ascending, at least one
    bool isInstanceAssigned = false;    ///< one, and the payload left its ID to us
};

/// A Write to an Object Instance, Resource or Resource Instance that exists: decodes the payload
/// and checks all of it before anything is done (LwM2M Core §6.3.3).
[[nodiscard]] OrRefusal<WritePlan> planWrite(const ObjectTree& tree,
                                             const model::Definitions& definitions,
                                             const model::Path& target,
                                             const api::Request& request);

/// A Create on the Object `target`, which allows it, of one or several Object Instances; assigns
/// the lowest free Instance ID when the payload names none (LwM2M Core §6.3.6).
[[nodiscard]] OrRefusal<CreatePlan> planCreate(const ObjectTree& tree,
                                               const model::Definitions& definitions,
                                               const model::Path& target,
                                               const api::Request& request);

/// A Write-Composite: one plan for each Object Instance it writes to, then one for each Resource
/// Instance it removes (SenML-ETCH); everything checked as above.
[[nodiscard]] OrRefusal<std::vector<WritePlan>> planCompositeWrite(
    const ServerView& view, const model::Definitions& definitions, const api::Request& request);

/// What a payload that cannot be decoded is answered with.
[[nodiscard]] model::OutcomeCode codeOfDecodeError(base::ErrorKind kind);

} // namespace causeway::lwm2m
