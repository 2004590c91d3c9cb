// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>

#include "agent/api/inventory.hpp"
#include "agent/lwm2m/object.hpp"

namespace causeway::lwm2m {

/// An Object that only remembers what servers write to it: Portfolio (16), BinaryAppDataContainer
/// (19). Servers may create and delete its instances; all of it survives a restart. Bounded.
class KeptObject final : public Object
{
public:
    /// ETS 1630 needs two, and more would only be a way to fill our disk.
    static constexpr std::size_t mostInstances = 8;
    /// Values of one Object, with 16 octets for the path of each.
    static constexpr std::size_t mostOctets = 16384;

    using Values = std::map<model::Path, model::Value>;
    using Keep = base::UniqueFunction<void(const api::ClientState&)>;

    /// `state` is what `keep` got in an earlier life; until something is in it, `factory` counts.
    /// The definition outlives the Object.
    KeptObject(const model::ObjectDefinition& definition,
               Values factory,
               const api::ClientState& state,
               Keep keep);

    [[nodiscard]] const model::ObjectDefinition& definition() const override { return definition_; }

    [[nodiscard]] std::vector<model::Id> instances() const override;
    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] std::vector<model::Id> resourceInstances(model::Id instance,
                                                           model::Id resource) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;

    [[nodiscard]] bool allowsResourceReplace() const override { return true; }

    [[nodiscard]] bool takesNew(model::Id resource) const override;
    void forget(const model::Path& resource) override;
    void removeInstances(const model::Path& target, Done done) override;
    void write(model::Id instance,
               std::vector<ResourceWrite> values,
               WriteMode mode,
               Done done) override;
    [[nodiscard]] bool allowsCreate() const override;
    void create(std::vector<NewInstance> instances, Done done) override;
    void remove(model::Id instance, Done done) override;
    [[nodiscard]] std::optional<ObjectContent> bootstrapContent() const override;
    [[nodiscard]] base::Expected<api::ClientState>
    stateWith(const ObjectContent& content) const override;

private:
    struct Content
    {
        Values values;
        std::set<model::Id> instances;
        std::set<model::Path> empty; ///< multiple Resources without Resource Instances
    };

    /// Becomes `next` if there is room for it.
    void take(Content next, Done done);
    void restore(const api::ClientState& state);
    [[nodiscard]] std::vector<model::Id> childrenOf(const model::Path& parent) const;
    [[nodiscard]] std::string key() const;
    [[nodiscard]] api::ClientState stateOf(const Content& content) const;
    [[nodiscard]] api::ClientState changesTo(const Content& next) const;
    [[nodiscard]] base::Expected<void> check(const Content& next) const;
    void become(Content next);

    const model::ObjectDefinition& definition_;
    Content content_;
    bool isFactory_ = true; ///< nothing is kept yet
    Keep keep_;
};

} // namespace causeway::lwm2m
