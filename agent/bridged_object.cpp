// SPDX-License-Identifier: Apache-2.0
#include "agent/bridged_object.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "agent/outcomes.hpp"

namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Id;
using model::Path;

namespace {

// Reusable resources of the OMA registry.
constexpr Id timestampResource = 5518;
constexpr Id qualityResource = 6042;
constexpr std::array derivedResources{timestampResource, qualityResource};

std::vector<Id> sortedOnce(std::vector<Id> ids)
{
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()),
              ids.end()); // clang 14 cannot read std::ranges::unique
    return ids;
}

/// Writes one value after the other; the first failure ends it and says how far it came.
struct WriteSequence : std::enable_shared_from_this<WriteSequence>
{
    FieldSide* field = nullptr;
    std::vector<lwm2m::ResourceWrite> values;
    std::size_t next = 0;
    lwm2m::Object::Done done;

    void step()
    {
        if (next == values.size())
            return done({model::OutcomeCode::Changed, {}});
        const auto& [path, value] = values[next];
        field->write(path, value, [self = shared_from_this()](const Expected<void>& written) {
            if (!written)
                return self->done(self->failure(written.error()));
            ++self->next;
            self->step();
        });
    }

    [[nodiscard]] model::Outcome failure(const base::Error& error) const
    {
        auto outcome = outcomeOf(error);
        if (next > 0)
            outcome.diagnostic +=
                fmt::format("; {} of {} values had been written", next, values.size());
        return outcome;
    }
};

} // namespace

BridgedObject::BridgedObject(const model::ObjectDefinition& definition,
                             FieldSide& field,
                             bool allowsServerWrites)
    : definition_(definition)
    , field_(field)
    , allowsServerWrites_(allowsServerWrites)
{}

std::vector<Id> BridgedObject::instances() const
{
    std::vector<Id> ids;
    for (const auto& mapped : field_.mapping()) {
        if (mapped.path.object() == definition_.id)
            ids.push_back(mapped.path.instance());
    }
    return sortedOnce(std::move(ids));
}

std::vector<Id> BridgedObject::resources(Id instance) const
{
    const Path parent{definition_.id, instance};
    std::vector<Id> ids;
    for (const auto& mapped : field_.mapping()) {
        if (parent.contains(mapped.path))
            ids.push_back(mapped.path.resource());
    }
    for (const Id id : derivedResources) {
        if (hasDerived(instance) && definition_.find(id) != nullptr)
            ids.push_back(id);
    }
    return sortedOnce(std::move(ids));
}

model::Operations BridgedObject::operations(Id instance, Id resource) const
{
    const auto* mapped = field_.find(Path{definition_.id, instance, resource});
    if (mapped == nullptr)
        return {.read = true};
    auto operations = mapped->operations;
    const bool mayChange = allowsServerWrites_ && mapped->allowsServerWrites;
    operations.write = operations.write && mayChange;
    operations.execute = operations.execute && mayChange;
    return operations;
}

Expected<model::Sample> BridgedObject::read(const Path& path) const
{
    if (field_.find(path) != nullptr)
        return field_.value(path);
    if (path.resource() == timestampResource)
        return readTimestamp(path);
    if (path.resource() == qualityResource)
        return readQuality(path);
    return fail(ErrorKind::NotFound, path.toString() + " is not mapped");
}

model::Outcome BridgedObject::checkWrite(const std::vector<lwm2m::ResourceWrite>& values) const
{
    for (const auto& [path, value] : values) {
        if (const auto allowed = field_.check(path, value); !allowed)
            return outcomeOf(allowed.error());
    }
    return {};
}

void BridgedObject::write(Id, std::vector<lwm2m::ResourceWrite> values, lwm2m::WriteMode, Done done)
{
    if (auto outcome = checkWrite(values); !outcome.isSuccess()) {
        done(std::move(outcome));
        return;
    }
    auto sequence = std::make_shared<WriteSequence>();
    sequence->field = &field_;
    sequence->values = std::move(values);
    sequence->done = std::move(done);
    sequence->step();
}

void BridgedObject::execute(const Path& path, const std::string& arguments, Done done)
{
    field_.execute(
        path, arguments, [done = std::move(done)](const Expected<void>& executed) mutable {
            done(executed ? model::Outcome{} : outcomeOf(executed.error()));
        });
}

// For each report of a fleet: no list of all instances is made for it.
std::vector<Path> BridgedObject::derivedFrom(const std::vector<Path>& resources) const
{
    std::vector<Path> paths;
    std::vector<Id> done;
    for (const Path& resource : resources) {
        if (resource.object() != definition_.id || resource.size() < 3 ||
            std::ranges::find(done, resource.instance()) != done.end())
            continue;
        done.push_back(resource.instance());
        addDerived(resource.instance(), paths);
    }
    return paths;
}

std::vector<Path> BridgedObject::derived() const
{
    std::vector<Path> paths;
    for (const Id instance : instances())
        addDerived(instance, paths);
    return paths;
}

void BridgedObject::addDerived(Id instance, std::vector<Path>& paths) const
{
    if (!hasDerived(instance))
        return;
    for (const Id id : derivedResources) {
        const Path path{definition_.id, instance, id};
        if (definition_.find(id) != nullptr && field_.find(path) == nullptr)
            paths.push_back(path);
    }
}

bool BridgedObject::hasDerived(Id instance) const
{
    const Path parent{definition_.id, instance};
    return std::ranges::any_of(field_.mapping(), [&](const auto& mapped) {
        return parent.contains(mapped.path) && mapped.operations.read && !mapped.constant;
    });
}

bool BridgedObject::isMandatory(const Path& path) const
{
    const auto* resource = definition_.find(path.resource());
    return resource != nullptr && resource->isMandatory;
}

bool BridgedObject::misses(Id instance) const
{
    const Path parent{definition_.id, instance};
    return std::ranges::any_of(field_.mapping(), [&](const auto& mapped) {
        return parent.contains(mapped.path) && field_.isMissing(mapped.path) &&
               isMandatory(mapped.path);
    });
}

bool BridgedObject::hasStale(Id instance) const
{
    const Path parent{definition_.id, instance};
    return std::ranges::any_of(field_.mapping(), [&](const auto& mapped) {
        return parent.contains(mapped.path) && field_.isStale(mapped.path);
    });
}

// What a device itself has no more, and need not have, makes the rest neither older nor worse.
bool BridgedObject::weighs(const api::MappedResource& mapped) const
{
    return !field_.isMissing(mapped.path) || field_.isStale(mapped.path) ||
           isMandatory(mapped.path);
}

std::vector<const model::Sample*> BridgedObject::samplesOf(Id instance) const
{
    const Path parent{definition_.id, instance};
    std::vector<const model::Sample*> samples;
    for (const auto& mapped : field_.mapping()) {
        const auto* sample = parent.contains(mapped.path) ? field_.newest(mapped.path) : nullptr;
        if (sample != nullptr)
            samples.push_back(sample);
    }
    return samples;
}

std::vector<const model::Sample*> BridgedObject::polledSamplesOf(Id instance) const
{
    const Path parent{definition_.id, instance};
    std::vector<const model::Sample*> samples;
    for (const auto& mapped : field_.mapping()) {
        const bool isMeant = mapped.isPolled && parent.contains(mapped.path) && weighs(mapped);
        const auto* sample = isMeant ? field_.newest(mapped.path) : nullptr;
        if (sample != nullptr)
            samples.push_back(sample);
    }
    return samples;
}

// One that comes again and again is as old as it is; what is asked for once, or comes by itself
// when it changes, is true until then.
Expected<model::Sample> BridgedObject::readTimestamp(const Path& path) const
{
    const auto takenAt = [](const auto* sample) {
        return sample->takenAt;
    };
    const auto polled = polledSamplesOf(path.instance());
    const auto samples = samplesOf(path.instance());
    if (samples.empty())
        return fail(ErrorKind::Unreachable,
                    "no value has been read from the device yet",
                    base::Retry::Later);
    const auto* told = polled.empty() ? *std::ranges::max_element(samples, {}, takenAt)
                                      : *std::ranges::min_element(polled, {}, takenAt);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(told->takenAt.time_since_epoch());
    return model::Sample{path, model::Time{seconds.count()}, told->takenAt};
}

model::Sample BridgedObject::readQuality(const Path& path) const
{
    const auto samples = samplesOf(path.instance());
    auto quality = model::Quality::Unchecked;
    base::WallTime takenAt{};
    if (!samples.empty()) {
        const auto worst = *std::ranges::min_element(
            samples, {}, [](const auto* sample) { return sample->quality; });
        quality = worst->quality;
        takenAt = worst->takenAt;
    }
    if (field_.isAvailable() == false || misses(path.instance()))
        quality = model::Quality::RejectedCertain;
    else if (hasStale(path.instance()))
        quality = std::min(quality, model::Quality::RejectedProbable);
    return {path, static_cast<std::int64_t>(quality), takenAt};
}

} // namespace causeway::agent
