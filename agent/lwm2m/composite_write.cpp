// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/composite_write.hpp"

#include <utility>

namespace causeway::lwm2m {

using model::Outcome;
using model::OutcomeCode;
using model::refuse;

void CompositeWrite::run(const Place& place, std::vector<WritePlan> plans, Object::Done done)
{
    // Shared by the callbacks of the Objects, any of which may be the last to hold it.
    std::make_shared<CompositeWrite>(place, std::move(plans), std::move(done))->writeNext();
}

CompositeWrite::CompositeWrite(const Place& place, std::vector<WritePlan> plans, Object::Done done)
    : place_(place)
    , plans_(std::move(plans))
    , done_(std::move(done))
{}

void CompositeWrite::writeNext()
{
    if (before_.size() == plans_.size()) {
        done_({});
        return;
    }
    WritePlan& plan = plans_[before_.size()];
    before_.push_back({plan.object, plan.instance, {}});
    if (!hasInstance(plan)) {
        onWritten(refuse(OutcomeCode::NotFound, "it has been deleted in the meantime"));
        return;
    }
    before_.back() = present(plan);
    auto done = place_.lifetime.guard(
        [self = shared_from_this()](Outcome outcome) { self->onWritten(std::move(outcome)); });
    Object& object = *place_.tree.find(plan.object);
    if (!plan.removed.empty())
        object.removeInstances(plan.removed.front(), std::move(done));
    else
        object.write(
            plan.instance, std::move(plan.values), WriteMode::PartialUpdate, std::move(done));
}

void CompositeWrite::onWritten(Outcome outcome)
{
    if (outcome.isSuccess()) {
        writeNext();
        return;
    }
    undo();
    done_(std::move(outcome));
}

// The one that refused has changed nothing, unless it had several values to write.
void CompositeWrite::undo()
{
    if (before_.back().values.size() + before_.back().removed.size() <= 1)
        before_.pop_back();
    const auto ignore = [](const Outcome&) {
    };
    for (auto& plan : before_) {
        if (!hasInstance(plan))
            continue;
        Object& object = *place_.tree.find(plan.object);
        if (!plan.values.empty())
            object.write(plan.instance, std::move(plan.values), WriteMode::PartialUpdate, ignore);
        for (const auto& path : plan.removed) {
            if (place_.tree.contains(path))
                object.removeInstances(path, ignore);
        }
    }
}

// A slow device gives other servers the time to delete what comes after it.
bool CompositeWrite::hasInstance(const WritePlan& plan) const
{
    return place_.tree.contains({plan.object, plan.instance});
}

WritePlan CompositeWrite::present(const WritePlan& plan) const
{
    WritePlan old;
    old.object = plan.object;
    old.instance = plan.instance;
    const Object& object = *place_.tree.find(plan.object);
    auto paths = plan.removed;
    for (const auto& write : plan.values)
        paths.push_back(write.path);
    for (const auto& path : paths) {
        if (!place_.tree.contains(path)) { // only now made
            if (path.isResourceInstance() && object.allowsResourceReplace())
                old.removed.push_back(path);
            continue;
        }
        if (auto sample = object.read(path))
            old.values.push_back({path, std::move(sample->value)});
    }
    return old;
}

} // namespace causeway::lwm2m
