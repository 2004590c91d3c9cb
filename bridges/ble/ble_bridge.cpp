// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/ble_bridge.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace causeway::bridges::ble {

using base::ErrorKind;
using base::Expected;
using base::fail;

BleBridge::BleBridge(const Field& field,
                     std::shared_ptr<const DeviceProfile> profile,
                     std::string address,
                     base::Task released)
    : field_(field)
    , released_(std::move(released))
{
    for (const ResourceMapping& mapping : profile->mappings)
        resources_.push_back(mapping.resource);
    auto deliver = lifetime_.guard([this](SensorReport&& report) { onReport(std::move(report)); });
    // Copied for each report: many come through one door.
    auto report = [&main = field_.main, deliver](SensorReport news) {
        main.post([deliver, news = std::move(news)]() mutable { deliver(std::move(news)); });
    };
    field_.scheduler.post([&side = field_.side,
                           sensor = field_.sensor,
                           address = std::move(address),
                           profile = std::move(profile),
                           report = std::move(report)]() mutable {
        side.addSensor(sensor, std::move(address), std::move(profile), std::move(report));
    });
}

BleBridge::~BleBridge()
{
    field_.scheduler.post(
        [&side = field_.side, sensor = field_.sensor] { side.removeSensor(sensor); });
    released_();
}

void BleBridge::start(api::BridgeListener& listener)
{
    listener_ = &listener;
    field_.scheduler.post(
        [&side = field_.side, sensor = field_.sensor] { side.startSensor(sensor); });
}

void BleBridge::read(const model::Path& path, SampleDone done)
{
    field_.main.post(
        [done = std::move(done), result = newest(path)]() mutable { done(std::move(result)); });
}

Expected<void> BleBridge::check(const model::Path& path, const model::Value&) const
{
    return fail(ErrorKind::NotFound,
                path.toString() + " cannot be written: this device only tells");
}

void BleBridge::write(const model::Path& path, const model::Value&, Done done)
{
    refuse(path, "written", std::move(done));
}

void BleBridge::execute(const model::Path& path, const std::string&, Done done)
{
    refuse(path, "executed", std::move(done));
}

Expected<model::Sample> BleBridge::newest(const model::Path& path) const
{
    const auto mapped = std::ranges::find(resources_, path, &api::MappedResource::path);
    if (mapped == resources_.end())
        return fail(ErrorKind::NotFound, path.toString() + " cannot be read from this device");
    if (mapped->constant)
        return model::Sample{path, *mapped->constant, field_.main.wallNow()};
    if (const auto found = newest_.find(path); found != newest_.end())
        return found->second;
    if (const auto missing = missing_.find(path); missing != missing_.end())
        return fail(missing->second);
    return fail(ErrorKind::Unreachable,
                newest_.empty() && missing_.empty() ? reason_
                                                    : "the device has not told this value",
                base::Retry::Later);
}

void BleBridge::refuse(const model::Path& path, const char* verb, Done done)
{
    field_.main.post([done = std::move(done),
                      error = base::Error{ErrorKind::NotFound,
                                          fmt::format("{} cannot be {}: this device only tells",
                                                      path.toString(),
                                                      verb)}]() mutable {
        done(tl::unexpected(std::move(error)));
    });
}

void BleBridge::onReport(SensorReport report)
{
    if (!report.counters.empty())
        counters_ = std::move(report.counters);
    if (report.availability && !report.availability->isAvailable) {
        newest_.clear();
        missing_.clear();
        reason_ = report.availability->reason;
    }
    for (const auto& sample : report.samples) {
        newest_.insert_or_assign(sample.path, sample);
        missing_.erase(sample.path);
    }
    for (const auto& missing : report.missing) {
        newest_.erase(missing.path);
        missing_.insert_or_assign(missing.path, missing.why);
    }
    if (listener_ == nullptr)
        return;
    // A listener may let the bridge go: the guard sees to what comes after.
    auto tellSamples =
        lifetime_.guard([this, &report] { listener_->onSamples(std::move(report.samples)); });
    auto tellMissing =
        lifetime_.guard([this, &report] { missingListener_->onMissing(report.missing); });
    if (report.availability)
        listener_->onAvailability(report.availability->isAvailable, report.availability->reason);
    if (!report.samples.empty())
        tellSamples();
    if (!report.missing.empty() && missingListener_ != nullptr)
        tellMissing();
}

} // namespace causeway::bridges::ble
