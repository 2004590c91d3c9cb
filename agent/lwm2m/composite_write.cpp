// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/composite_write.hpp"

#include <utility>

namespace causeway::lwm2m {

using model::Outcome;
using model::OutcomeCode;
using model::Path;
using model::refuse;

void CompositeWrite::run(const Place& place, std::vector<WritePlan> plans, Object::Done done)
{
    // Before any is written: taking back is a second change at the machine, and may fail.
    for (const WritePlan& plan : plans) {
        auto outcome = place.tree.find(plan.object)->checkWrite(plan.values);
        if (!outcome.isSuccess()) {
            done(std::move(outcome));
            return;
        }
    }
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
    before_.push_back(beforeOf(plan));
    if (!hasInstance(plan.object, plan.instance)) {
        onWritten(refuse(OutcomeCode::NotFound, "it has been deleted in the meantime"));
        return;
    }
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
    if (before_.back().changes <= 1)
        before_.pop_back();
    for (auto& before : before_) {
        if (hasInstance(before.object, before.instance))
            undo(before);
    }
}

void CompositeWrite::undo(Before& before)
{
    const auto ignore = [](const Outcome&) {
    };
    Object& object = *place_.tree.find(before.object);
    if (!before.values.empty())
        object.write(before.instance, std::move(before.values), WriteMode::PartialUpdate, ignore);
    for (const auto& path : before.absent) {
        if (!place_.tree.contains(path))
            continue;
        if (path.isResource())
            object.forget(path);
        else
            object.removeInstances(path, ignore);
    }
}

// A slow device gives other servers the time to delete what comes after it.
bool CompositeWrite::hasInstance(model::Id object, model::Id instance) const
{
    return place_.tree.contains({object, instance});
}

CompositeWrite::Before CompositeWrite::beforeOf(const WritePlan& plan) const
{
    Before before{plan.object, plan.instance, plan.values.size() + plan.removed.size()};
    if (!hasInstance(plan.object, plan.instance))
        return before;
    for (const auto& write : plan.values)
        note(write.path, before);
    for (const auto& path : plan.removed)
        note(path, before);
    return before;
}

void CompositeWrite::note(const Path& path, Before& before) const
{
    const Object& object = *place_.tree.find(before.object);
    if (!place_.tree.contains(path.upTo(3))) {
        before.absent.push_back(path.upTo(3)); // again for each Resource Instance
    } else if (!place_.tree.contains(path)) {
        if (object.allowsResourceReplace())
            before.absent.push_back(path);
    } else if (auto sample = object.read(path)) {
        before.values.push_back({path, std::move(sample->value)});
    }
}

} // namespace causeway::lwm2m
