// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "agent/lwm2m/objects/kept_object.hpp"

namespace causeway::lwm2m {

/// Object 3442 of the OMA registry: one Resource of each data type, single and multiple, for a
/// server's own test tools. It touches no device and forgets everything at a restart.
class TestObject final : public Object
{
public:
    /// The definition outlives the Object.
    explicit TestObject(const model::ObjectDefinition& definition);

    [[nodiscard]] const model::ObjectDefinition& definition() const override;
    [[nodiscard]] std::vector<model::Id> instances() const override;
    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] std::vector<model::Id> resourceInstances(model::Id instance,
                                                           model::Id resource) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;

    [[nodiscard]] bool allowsResourceReplace() const override { return true; }

    [[nodiscard]] bool takesNew(model::Id resource) const override
    {
        return values_.takesNew(resource);
    }

    void forget(const model::Path& resource) override { values_.forget(resource); }

    void removeInstances(const model::Path& target, Done done) override;
    void write(model::Id instance,
               std::vector<ResourceWrite> values,
               WriteMode mode,
               Done done) override;

    /// Resource 0 brings the values of the factory back, 1 takes random ones, 2 empties them, 3
    /// keeps its arguments in Resource 4.
    void execute(const model::Path& path, const std::string& arguments, Done done) override;

    [[nodiscard]] bool allowsCreate() const override;
    void create(std::vector<NewInstance> instances, Done done) override;
    void remove(model::Id instance, Done done) override;

private:
    void clear(model::Id instance, Done done);
    [[nodiscard]] model::Value randomValue(model::ResourceType type);

    KeptObject values_;
    KeptObject::Values arguments_; ///< of the last Execute
    std::minstd_rand random_;      ///< variety is all that is wanted
};

} // namespace causeway::lwm2m
