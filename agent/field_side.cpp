// SPDX-License-Identifier: Apache-2.0
#include "agent/field_side.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;

FieldSide::FieldSide(const std::vector<api::MappedResource>& mapping,
                     base::Scheduler& scheduler,
                     FieldListener& listener)
    : mapping_(mapping)
    , scheduler_(scheduler)
    , listener_(listener)
{}

FieldSide::~FieldSide()
{
    // What still waits is cancelled while we can still pass it on.
    bridge_.reset();
}

void FieldSide::setBridge(std::unique_ptr<api::Bridge> bridge, const std::string& reason)
{
    bridge_ = std::move(bridge);
    isAvailable_.reset(); // what was true of no bridge, or of another, is not true of this one
    ownAvailability_.reset();
    if (auto* teller = dynamic_cast<api::MissingTeller*>(bridge_.get()))
        teller->tellMissing(*this);
    if (bridge_)
        bridge_->start(*this);
    else
        onAvailability(false, reason);
}

bool FieldSide::isStale(const model::Path& path) const
{
    const auto missing = missing_.find(path);
    return missing != missing_.end() && missing->second.isUnread && newest_.contains(path);
}

const api::MappedResource* FieldSide::find(const model::Path& path) const
{
    const auto found = std::ranges::find(mapping_, path, &api::MappedResource::path);
    return found == mapping_.end() ? nullptr : &*found;
}

Expected<model::Sample> FieldSide::value(const model::Path& path) const
{
    const auto* mapped = find(path);
    if (mapped == nullptr)
        return fail(ErrorKind::NotFound, path.toString() + " is not mapped");
    if (mapped->constant)
        return model::Sample{path, *mapped->constant, scheduler_.wallNow()};
    if (isAvailable_ == false)
        return fail(unreachable());
    if (const auto missing = missing_.find(path); missing != missing_.end())
        return fail(missing->second.why);
    if (const auto* sample = newest(path))
        return *sample;
    return fail(
        ErrorKind::Unreachable, "no value has been read from the device yet", base::Retry::Later);
}

const model::Sample* FieldSide::newest(const model::Path& path) const
{
    const auto found = newest_.find(path);
    return found == newest_.end() ? nullptr : &found->second;
}

void FieldSide::read(const model::Path& path, api::Bridge::SampleDone done)
{
    if (const auto* mapped = find(path); mapped == nullptr || mapped->constant)
        return done(value(path));
    if (!bridge_)
        return done(fail(unreachable()));
    bridge_->read(
        path,
        lifetime_.guard([this, done = std::move(done)](Expected<model::Sample> sample) mutable {
            if (sample)
                onSamples({*sample});
            done(std::move(sample));
        }));
}

Expected<void> FieldSide::check(const model::Path& path, const model::Value& value) const
{
    if (!bridge_)
        return fail(unreachable());
    return bridge_->check(path, value);
}

void FieldSide::write(const model::Path& path, const model::Value& value, api::Bridge::Done done)
{
    if (!bridge_)
        return done(fail(unreachable()));
    bridge_->write(path,
                   value,
                   lifetime_.guard(
                       [this, path, value, done = std::move(done)](Expected<void> written) mutable {
                           if (!written)
                               return done(std::move(written));
                           readBack(path, value, std::move(done));
                       }));
}

void FieldSide::execute(const model::Path& path,
                        const std::string& arguments,
                        api::Bridge::Done done)
{
    if (!bridge_)
        return done(fail(unreachable()));
    bridge_->execute(path, arguments, std::move(done));
}

std::map<std::string, std::uint64_t> FieldSide::counters() const
{
    return bridge_ ? bridge_->counters() : std::map<std::string, std::uint64_t>();
}

void FieldSide::onSamples(std::vector<model::Sample> samples)
{
    forgetWhatWasBefore();
    for (const auto& sample : samples) {
        newest_.insert_or_assign(sample.path, sample);
        missing_.erase(sample.path);
    }
    if (isAvailable_ != true)
        onAvailability(true, {});
    listener_.onSamples(samples);
}

void FieldSide::onMissing(const std::vector<api::MissingValue>& missing)
{
    std::vector<model::Path> news;
    for (const auto& value : missing) {
        if (missing_.insert_or_assign(value.path, value).second)
            news.push_back(value.path);
    }
    if (!news.empty())
        listener_.onMissing(news);
}

void FieldSide::onAvailability(bool isAvailable, const std::string& reason)
{
    // The first samples have said it already; a device that is gone may be so for another reason.
    if (isAvailable_ == isAvailable && (isAvailable || reason == lastError_))
        return;
    if (isAvailable)
        forgetWhatWasBefore();
    const bool isOld = isStillGone_ && isAvailable_ == false;
    isAvailable_ = isAvailable;
    // One that was silent by itself before the line went down, and answers now, is news.
    hasOwnNews_ = !isOld && !isLineDown_ && !(isAvailable && ownAvailability_ == true);
    if (hasOwnNews_)
        ownAvailability_ = isAvailable;
    if (!isAvailable) {
        missing_.clear();
        lastError_ = reason;
        lastErrorAt_ = scheduler_.wallNow();
    }
    listener_.onFieldChanged();
}

void FieldSide::onLineDown(const std::string& reason)
{
    isLineDown_ = true;
    onAvailability(false, reason);
    isLineDown_ = false;
}

void FieldSide::onStillGone(const std::string& reason)
{
    isStillGone_ = true;
    onAvailability(false, reason);
    isStillGone_ = false;
}

/// A device that comes back: what is not read again yet is not known, whatever it was before.
void FieldSide::forgetWhatWasBefore()
{
    if (isAvailable_ != false)
        return;
    newest_.clear();
    isAvailable_.reset();
}

void FieldSide::readBack(const model::Path& path,
                         const model::Value& written,
                         api::Bridge::Done done)
{
    const auto* mapped = find(path);
    const auto* sample = newest(path);
    // A bridge that verifies its writes has told the new value already.
    const bool isKnown = sample != nullptr && sample->value == written;
    if (isKnown || mapped == nullptr || !mapped->operations.read)
        return done({});
    // The write has happened whatever the reading says: a failure here shows at the next poll.
    read(path, [done = std::move(done)](const Expected<model::Sample>&) mutable { done({}); });
}

base::Error FieldSide::unreachable() const
{
    return {ErrorKind::Unreachable,
            lastError_.empty() ? "the device does not answer" : lastError_,
            base::Retry::Later};
}

} // namespace causeway::agent
