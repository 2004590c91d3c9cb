// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/write_plan.hpp"

#include <algorithm>
#include <span>

#include "agent/lwm2m/codec/codec.hpp"

namespace causeway::lwm2m {

using api::Request;
using base::ErrorKind;
using model::Id;
using model::ObjectLink;
using model::OutcomeCode;
using model::Path;

namespace {

OrRefusal<std::vector<Record>>
decodeBody(const Request& request, const Path& target, const model::Definitions& definitions)
{
    if (!request.contentFormat)
        return refusal(OutcomeCode::UnsupportedFormat, "the request has no Content-Format");
    if (!isSupported(*request.contentFormat))
        return refusal(OutcomeCode::UnsupportedFormat, "the Content-Format is not supported");
    auto records = decode(*request.contentFormat, target, request.payload, definitions);
    if (!records)
        return refusal(codeOfDecodeError(records.error().kind), records.error().message);
    return *std::move(records);
}

bool hasPath(const std::vector<ResourceWrite>& values, const Path& path)
{
    return std::ranges::any_of(values,
                               [&](const ResourceWrite& write) { return write.path == path; });
}

bool namesResource(const std::vector<ResourceWrite>& values, const Path& resource)
{
    return std::ranges::any_of(
        values, [&](const ResourceWrite& write) { return resource.contains(write.path); });
}

bool isValidLink(const ObjectTree& tree, const model::Value& value)
{
    const auto* link = std::get_if<ObjectLink>(&value);
    if (link == nullptr || *link == ObjectLink{})
        return true;
    if (link->object == model::maxId)
        return false;
    const Path object{link->object};
    return tree.contains(link->instance == model::maxId ? object : object.child(link->instance));
}

/// What the records of one Write come to.
struct Checked
{
    std::vector<ResourceWrite> values;
    std::vector<Path> removed; ///< Resource Instances
};

/// Turns the records of one Write into the values to write.
class WriteCheck
{
public:
    WriteCheck(const ObjectTree& tree, const Path& target)
        : tree_(tree)
        , target_(target)
    {}

    OrRefusal<Checked> check(std::vector<Record> records)
    {
        for (auto& record : records) {
            if (auto taken = take(std::move(record)); !taken)
                return tl::unexpected(taken.error());
        }
        return std::move(checked_);
    }

private:
    OrRefusal<void> take(Record record)
    {
        const Path& path = record.path;
        if (path.isInstance() && !record.value)
            return {}; // an instance without values
        if (path.size() < 3 || !target_.contains(path))
            return refusal(OutcomeCode::BadRequest, path.toString() + " is not below the target");
        if (!tree_.contains(path.upTo(3)) && !tree_.takesNew(path.upTo(3)))
            return {}; // an optional Resource that this device does not have
        if (!tree_.operations(path).write)
            return refusal(OutcomeCode::MethodNotAllowed, path.toString() + " is not writable");
        if (!record.value && path.isResourceInstance())
            return remove(path);
        if (!record.value)
            return {}; // an array without elements adds none
        if (path.isResourceInstance() != tree_.isMultiple(path))
            return refusal(OutcomeCode::BadRequest, path.toString() + " has the wrong level");
        if (path.isResourceInstance() && !mayBe(path))
            return refusal(OutcomeCode::Unauthorized, path.toString() + " cannot be added");
        if (hasPath(checked_.values, path))
            return refusal(OutcomeCode::BadRequest, path.toString() + " is there twice");
        if (!isValidLink(tree_, *record.value))
            return refusal(OutcomeCode::BadRequest, path.toString() + " links to nothing");
        checked_.values.push_back({path, *std::move(record.value)});
        return {};
    }

    // A Resource Instance of most Objects is a register of the device: there are no more than
    // those.
    [[nodiscard]] bool mayBe(const Path& path) const
    {
        return tree_.contains(path) || tree_.find(path.object())->allowsResourceReplace();
    }

    OrRefusal<void> remove(const Path& path)
    {
        if (!tree_.contains(path))
            return refusal(OutcomeCode::NotFound, path.toString() + " does not exist");
        if (!tree_.find(path.object())->allowsResourceReplace())
            return refusal(OutcomeCode::Unauthorized, path.toString() + " cannot be removed");
        checked_.removed.push_back(path);
        return {};
    }

    const ObjectTree& tree_;
    Path target_;
    Checked checked_;
};

// A Replace leaves no mandatory Resource without a value.
OrRefusal<void>
checkMandatory(const Object& object, const Path& instance, const std::vector<ResourceWrite>& values)
{
    for (const Id id : object.resources(instance.instance())) {
        const auto* definition = object.definition().find(id);
        const bool isNeeded = definition != nullptr && definition->isMandatory &&
                              object.operations(instance.instance(), id).write;
        if (isNeeded && !namesResource(values, instance.child(id)))
            return refusal(OutcomeCode::BadRequest,
                           instance.child(id).toString() + " is mandatory and missing");
    }
    return {};
}

OrRefusal<void> checkNoneIsRemoved(const Object& object,
                                   const Path& resource,
                                   const std::vector<ResourceWrite>& values)
{
    for (const Id id : object.resourceInstances(resource.instance(), resource.resource())) {
        if (!hasPath(values, resource.child(id)))
            return refusal(OutcomeCode::Unauthorized,
                           resource.child(id).toString() + " cannot be removed");
    }
    return {};
}

Id lowestFree(const Object& object)
{
    Id candidate = 0;
    for (const Id id : object.instances()) {
        if (id != candidate)
            break;
        ++candidate;
    }
    return candidate;
}

Path inInstance(const Path& path, Id instance)
{
    Path moved{path.object(), instance};
    for (std::size_t level = 2; level < path.size(); ++level)
        moved = moved.child(path[level]);
    return moved;
}

bool isOfInstance(const Record& record, Id instance)
{
    return record.path.size() > 1 && record.path.instance() == instance;
}

// The Object Instances that a Create names, as they are named: ascending, as its records are.
OrRefusal<std::vector<Id>> instancesNamed(const Object& object, const std::vector<Record>& records)
{
    if (records.empty())
        return std::vector{unassignedInstance};
    std::vector<Id> named;
    for (const Record& record : records) {
        if (record.path.size() < 2)
            return refusal(OutcomeCode::BadRequest, "the payload holds no Object Instance");
        const Id id = record.path.instance();
        if (named.empty() || named.back() != id)
            named.push_back(id);
    }
    if (named.back() == unassignedInstance && named.size() > 1)
        return refusal(OutcomeCode::BadRequest, "of several Object Instances each needs an ID");
    const auto taken = object.instances();
    for (const Id id : named) {
        if (std::ranges::binary_search(taken, id))
            return refusal(OutcomeCode::BadRequest,
                           Path{object.definition().id, id}.toString() + " exists already");
    }
    return named;
}

// The values of the instance that the records call `named`, as those of `created`.
OrRefusal<NewInstance> instanceOf(const ObjectTree& tree,
                                  const Object& object,
                                  std::span<const Record> records,
                                  Id created)
{
    NewInstance instance{created, {}};
    for (const auto& [path, value, takenAt] : records) {
        const auto* definition =
            path.size() > 2 ? object.definition().find(path.resource()) : nullptr;
        if (definition == nullptr || !definition->operations.write || !value)
            continue;
        if (!isValidLink(tree, *value))
            return refusal(OutcomeCode::BadRequest, path.toString() + " links to nothing");
        instance.values.push_back({inInstance(path, created), *value});
    }
    const Path createdPath{object.definition().id, created};
    for (const auto& resource : object.definition().resources) {
        const bool isNeeded = resource.isMandatory && resource.operations.write;
        if (isNeeded && !namesResource(instance.values, createdPath.child(resource.id)))
            return refusal(OutcomeCode::BadRequest, resource.name + " is mandatory and missing");
    }
    return instance;
}

// The records of a Write-Composite are ascending: each run of one Object Instance is a plan. What
// removes comes last: no Object that lets servers remove refuses it.
std::vector<WritePlan> byInstance(Checked checked)
{
    std::vector<WritePlan> plans;
    for (auto& value : checked.values) {
        const Path& path = value.path;
        const bool isNext = plans.empty() || plans.back().object != path.object() ||
                            plans.back().instance != path.instance();
        if (isNext)
            plans.push_back({path.object(), path.instance(), {}});
        plans.back().values.push_back(std::move(value));
    }
    for (const Path& path : checked.removed)
        plans.push_back({path.object(), path.instance(), {}, WriteMode::PartialUpdate, {path}});
    return plans;
}

OrRefusal<void> checkPart(const ServerView& view, const Path& path)
{
    if (auto access = view.checkHidden(path); !access)
        return access;
    const Path resource = path.upTo(3);
    if (!view.tree().contains(resource) && !view.tree().takesNew(resource))
        return refusal(OutcomeCode::NotFound, path.toString() + " does not exist");
    return view.checkAccess(path, Right::Write);
}

} // namespace

OutcomeCode codeOfDecodeError(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::NotSupported:
        return OutcomeCode::UnsupportedFormat;
    case ErrorKind::NotFound:
        return OutcomeCode::NotFound;
    case ErrorKind::LimitExceeded:
        return OutcomeCode::RequestTooLarge;
    case ErrorKind::Refused:
        return OutcomeCode::MethodNotAllowed;
    default:
        return OutcomeCode::BadRequest;
    }
}

OrRefusal<WritePlan> planWrite(const ObjectTree& tree,
                               const model::Definitions& definitions,
                               const Path& target,
                               const Request& request)
{
    auto records = decodeBody(request, target, definitions);
    if (!records)
        return tl::unexpected(records.error());
    auto checked = WriteCheck(tree, target).check(*std::move(records));
    if (!checked)
        return tl::unexpected(checked.error());

    auto& values = checked->values;
    const Object& object = *tree.find(target.object());
    const bool isReplace = request.method == api::Method::Put;
    const bool isWholeResource = isReplace && target.isResource() && tree.isMultiple(target);
    OrRefusal<void> isComplete;
    if (target.isInstance() && isReplace)
        isComplete = checkMandatory(object, target, values);
    else if (isWholeResource && !object.allowsResourceReplace())
        isComplete = checkNoneIsRemoved(object, target, values);
    if (!isComplete)
        return tl::unexpected(isComplete.error());
    auto mode = WriteMode::PartialUpdate;
    if (target.isInstance() && isReplace)
        mode = WriteMode::Replace;
    else if (isWholeResource && object.allowsResourceReplace())
        mode = WriteMode::ReplaceResource;
    return WritePlan{target.object(), target.instance(), std::move(values), mode, {}};
}

OrRefusal<std::vector<WritePlan>> planCompositeWrite(const ServerView& view,
                                                     const model::Definitions& definitions,
                                                     const Request& request)
{
    auto records = decodeBody(request, {}, definitions);
    if (!records)
        return tl::unexpected(records.error());
    for (const Record& record : *records) {
        if (auto allowed = checkPart(view, record.path); !allowed)
            return tl::unexpected(allowed.error());
    }
    auto checked = WriteCheck(view.tree(), {}).check(*std::move(records));
    if (!checked)
        return tl::unexpected(checked.error());
    if (checked->values.empty() && checked->removed.empty())
        return refusal(OutcomeCode::BadRequest, "the request writes nothing");
    return byInstance(*std::move(checked));
}

OrRefusal<CreatePlan> planCreate(const ObjectTree& tree,
                                 const model::Definitions& definitions,
                                 const Path& target,
                                 const Request& request)
{
    const Object& object = *tree.find(target.object());
    const auto records = decodeBody(request, target, definitions);
    if (!records)
        return tl::unexpected(records.error());
    const auto named = instancesNamed(object, *records);
    if (!named)
        return tl::unexpected(named.error());

    CreatePlan plan{{}, named->front() == unassignedInstance};
    for (const Id id : *named) {
        const auto inThis = [id](const Record& record) {
            return isOfInstance(record, id);
        };
        const auto first = std::ranges::find_if(*records, inThis);
        const auto last = std::find_if_not(first, records->end(), inThis);
        auto instance = instanceOf(
            tree, object, {first, last}, plan.isInstanceAssigned ? lowestFree(object) : id);
        if (!instance)
            return tl::unexpected(instance.error());
        plan.instances.push_back(*std::move(instance));
    }
    return plan;
}

} // namespace causeway::lwm2m
