// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/lwm2m/event_collection.hpp"
#include "agent/lwm2m/objects/single_object.hpp"

namespace causeway::lwm2m {

/// Object 20, Event Log, with the one instance 0: lines of text, LogDataFormat 0. LogClass says
/// what is collected from then on; it and LogStop hold until the daemon starts anew. The
/// definition, collection and scheduler outlive it.
class EventLogObject final : public SingleObject
{
public:
    EventLogObject(const model::ObjectDefinition& definition,
                   EventCollection& collection,
                   base::Scheduler& scheduler,
                   base::UniqueFunction<void()> changed);

    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;
    void write(model::Id instance,
               std::vector<ResourceWrite> values,
               WriteMode mode,
               Done done) override;
    void execute(const model::Path& path, const std::string& arguments, Done done) override;

private:
    EventCollection& collection_;
    base::UniqueFunction<void()> changed_; ///< of status and data, by a server
};

/// What a new event changes.
[[nodiscard]] std::vector<model::Path> collectedEvents();

} // namespace causeway::lwm2m
