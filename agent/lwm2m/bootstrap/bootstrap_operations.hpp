// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/transport.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/bootstrap/staged_objects.hpp"
#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/server_account.hpp"

namespace causeway::lwm2m {

/// What a Bootstrap-Server may do between Bootstrap-Request and Bootstrap-Finish (LwM2M Core
/// §6.1.7): Discover, Read, Write and Delete, all of it on staged Objects: 0, 1, 2 and those that
/// keep what is written to them. The others come from the device and its profile and are no
/// server's to bootstrap. The tree and the definitions outlive it.
class BootstrapOperations
{
public:
    BootstrapOperations(const ObjectTree& tree,
                        const model::Definitions& definitions,
                        ProtocolVersion version)
        : tree_(tree)
        , definitions_(definitions)
        , version_(version)
    {}

    /// `now` is what values count from that go on, the time.
    [[nodiscard]] api::Response
    perform(StagedObjects& staged, const api::Request& request, base::TimePoint now) const;

    /// A Bootstrap-Pack (LwM2M 1.2 Core §6.1.3): of each Object in it all instances are replaced.
    /// A refusal leaves a stage that is good for nothing.
    [[nodiscard]] OrRefusal<void>
    takePack(StagedObjects& staged, const api::Response& pack, base::TimePoint now) const;

private:
    using Answer = OrRefusal<api::Response>;

    [[nodiscard]] Answer
    answer(StagedObjects& staged, const api::Request& request, base::TimePoint now) const;
    [[nodiscard]] Answer discover(const StagedObjects& staged, const model::Path& target) const;
    [[nodiscard]] Answer read(const StagedObjects& staged,
                              const model::Path& target,
                              std::optional<api::ContentFormat> accept) const;
    [[nodiscard]] Answer write(StagedObjects& staged,
                               const model::Path& target,
                               const api::Request& request,
                               base::TimePoint now) const;
    [[nodiscard]] Answer remove(StagedObjects& staged, const model::Path& target) const;
    [[nodiscard]] OrRefusal<void> checkLevels(const std::vector<Record>& records) const;

    const ObjectTree& tree_;
    const model::Definitions& definitions_;
    ProtocolVersion version_;
};

} // namespace causeway::lwm2m
