// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "agent/lwm2m/object.hpp"

namespace causeway::fakes {

/// An Object whose values a test sets, and whose writes it can see, delay or refuse.
class MemoryObject final : public lwm2m::Object
{
public:
    explicit MemoryObject(const model::ObjectDefinition& definition)
        : definition_(definition)
    {}

    [[nodiscard]] const model::ObjectDefinition& definition() const override { return definition_; }

    [[nodiscard]] std::vector<model::Id> instances() const override
    {
        return {present.begin(), present.end()};
    }

    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override
    {
        return childrenOf({definition_.id, instance});
    }

    [[nodiscard]] std::vector<model::Id> resourceInstances(model::Id instance,
                                                           model::Id resource) const override
    {
        return childrenOf({definition_.id, instance, resource});
    }

    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override
    {
        const auto found = values.find(path);
        if (found == values.end() || isSilent)
            return base::fail(base::ErrorKind::Unreachable, "the device does not answer");
        const auto taken = takenAt.find(path);
        return model::Sample{
            path, found->second, taken == takenAt.end() ? base::WallTime{} : taken->second};
    }

    [[nodiscard]] model::Outcome
    checkWrite(const std::vector<lwm2m::ResourceWrite>& written) const override
    {
        const auto isForbidden = [this](const auto& one) {
            return forbidden.contains(one.path);
        };
        return std::ranges::any_of(written, isForbidden)
                   ? model::refuse(model::OutcomeCode::BadRequest, "the profile forbids it")
                   : model::Outcome{};
    }

    void write(model::Id instance,
               std::vector<lwm2m::ResourceWrite> written,
               lwm2m::WriteMode mode,
               Done done) override
    {
        lastMode = mode;
        ++writes;
        if (isHolding) {
            held = std::move(done);
            return;
        }
        if (!answer.isSuccess()) {
            done(answer);
            return;
        }
        present.insert(instance);
        for (auto& [path, value] : written)
            values.insert_or_assign(path, std::move(value));
        done(answer);
    }

    void execute(const model::Path& path, const std::string& arguments, Done done) override
    {
        executed = path.toString() + " " + arguments;
        done(answer);
    }

    [[nodiscard]] bool allowsCreate() const override { return canCreate; }

    void create(std::vector<lwm2m::NewInstance> created, Done done) override
    {
        if (!answer.isSuccess()) {
            done(answer);
            return;
        }
        for (auto& [id, written] : created) {
            present.insert(id);
            for (auto& [path, value] : written)
                values.insert_or_assign(path, std::move(value));
        }
        done(answer);
    }

    void remove(model::Id instance, Done done) override
    {
        if (!canCreate) {
            Object::remove(instance, std::move(done));
            return;
        }
        present.erase(instance);
        const model::Path gone{definition_.id, instance};
        std::erase_if(values, [&](const auto& entry) { return gone.contains(entry.first); });
        done({});
    }

    std::set<model::Id> present{0};
    std::map<model::Path, model::Value> values;
    std::map<model::Path, base::WallTime> takenAt; ///< of values of a device, else unknown
    std::set<model::Path> executables;             ///< Resources without a value
    std::set<model::Path> forbidden;               ///< whatever their values are
    int writes = 0;
    model::Outcome answer;
    bool isSilent = false;  ///< reads fail
    bool isHolding = false; ///< writes wait in `held`
    bool canCreate = false;
    Done held;
    lwm2m::WriteMode lastMode = lwm2m::WriteMode::PartialUpdate;
    std::string executed;

private:
    [[nodiscard]] std::vector<model::Id> childrenOf(const model::Path& parent) const
    {
        std::set<model::Id> ids;
        const auto take = [&](const model::Path& path) {
            if (parent.contains(path) && path.size() > parent.size())
                ids.insert(path[parent.size()]);
        };
        for (const auto& [path, value] : values)
            take(path);
        std::ranges::for_each(executables, take);
        return {ids.begin(), ids.end()};
    }

    const model::ObjectDefinition& definition_;
};

} // namespace causeway::fakes
