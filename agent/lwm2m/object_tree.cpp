// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/object_tree.hpp"

#include <algorithm>

namespace causeway::lwm2m {

using base::Expected;
using base::fail;
using model::Id;
using model::Path;

namespace {

using Objects = std::vector<std::unique_ptr<Object>>;

auto lowerBound(const Objects& objects, Id id)
{
    return std::ranges::lower_bound(
        objects, id, {}, [](const auto& object) { return object->definition().id; });
}

bool has(const std::vector<Id>& ids, Id id)
{
    return std::ranges::binary_search(ids, id);
}

bool isMultiple(const Object& object, Id resource)
{
    const auto* definition = object.definition().find(resource);
    return definition != nullptr && definition->isMultiple;
}

Expected<void> readValue(const Object& object, const Path& path, std::vector<Record>& records)
{
    auto sample = object.read(path);
    if (!sample)
        return fail(sample.error());
    const bool isTimed = sample->takenAt != base::WallTime{};
    records.push_back(
        {path, std::move(sample->value), isTimed ? std::optional(sample->takenAt) : std::nullopt});
    return {};
}

Expected<void> readResource(const Object& object, const Path& path, std::vector<Record>& records)
{
    if (!isMultiple(object, path.resource()))
        return readValue(object, path, records);
    const auto ids = object.resourceInstances(path.instance(), path.resource());
    if (ids.empty())
        records.push_back({path, std::nullopt, std::nullopt});
    for (const Id id : ids) {
        if (auto done = readValue(object, path.child(id), records); !done)
            return done;
    }
    return {};
}

void readInstance(const Object& object, const Path& path, std::vector<Record>& records)
{
    const std::size_t before = records.size();
    for (const Id id : object.resources(path.instance())) {
        if (!object.operations(path.instance(), id).read)
            continue;
        const std::size_t soFar = records.size();
        if (!readResource(object, path.child(id), records))
            records.resize(soFar);
    }
    if (records.size() == before)
        records.push_back({path, std::nullopt, std::nullopt});
}

} // namespace

void ObjectTree::add(std::unique_ptr<Object> object)
{
    const Id id = object->definition().id;
    const auto place = objects_.begin() + (lowerBound(objects_, id) - objects_.cbegin());
    if (place != objects_.end() && (*place)->definition().id == id)
        *place = std::move(object);
    else
        objects_.insert(place, std::move(object));
}

Object* ObjectTree::find(Id object) const
{
    const auto found = lowerBound(objects_, object);
    return found != objects_.end() && (*found)->definition().id == object ? found->get() : nullptr;
}

bool ObjectTree::contains(const Path& path) const
{
    if (path.isRoot())
        return true;
    const auto* object = find(path.object());
    if (object == nullptr)
        return false;
    if (path.size() > 1 && !has(object->instances(), path.instance()))
        return false;
    if (path.size() > 2 && !has(object->resources(path.instance()), path.resource()))
        return false;
    return path.size() < 4 || has(object->resourceInstances(path.instance(), path.resource()),
                                  path.resourceInstance());
}

bool ObjectTree::takesNew(const Path& resource) const
{
    return contains(resource.upTo(2)) && find(resource.object())->takesNew(resource.resource());
}

bool ObjectTree::isMultiple(const Path& path) const
{
    const auto* object = find(path.object());
    return object != nullptr && path.size() > 2 && lwm2m::isMultiple(*object, path.resource());
}

model::Operations ObjectTree::operations(const Path& path) const
{
    const auto* object = find(path.object());
    if (object == nullptr || path.size() < 3)
        return {};
    return object->operations(path.instance(), path.resource());
}

Expected<std::vector<Record>> ObjectTree::read(const Path& target) const
{
    std::vector<Record> records;
    const Object& object = *find(target.object());
    Expected<void> done;
    if (target.isResourceInstance()) {
        done = readValue(object, target, records);
    } else if (target.isResource()) {
        done = readResource(object, target, records);
    } else if (target.isInstance()) {
        readInstance(object, target, records);
    } else {
        for (const Id id : object.instances())
            readInstance(object, target.child(id), records);
    }
    if (!done)
        return fail(done.error());
    return records;
}

} // namespace causeway::lwm2m
