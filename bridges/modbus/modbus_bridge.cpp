// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/modbus_bridge.hpp"

#include <algorithm>
#include <utility>

#include "bridges/modbus/register_codec.hpp"

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;

namespace {

base::Error cancelled()
{
    return {ErrorKind::Cancelled, "the device is detached", base::Retry::Never};
}

/// What a Done is told later, from the main loop.
template <typename Callback>
void answerLater(base::Scheduler& scheduler, Callback done, base::Error error)
{
    scheduler.post([done = std::move(done), error = std::move(error)]() mutable {
        done(tl::unexpected(std::move(error)));
    });
}

/// A field callback that carries its result to the main thread, to a bridge that may be gone.
template <typename Result, typename Deliver>
auto toMain(base::Scheduler& main, Deliver deliver)
{
    return [&main, deliver = std::move(deliver)](Result result) mutable {
        main.post([deliver = std::move(deliver), result = std::move(result)]() mutable {
            deliver(std::move(result));
        });
    };
}

} // namespace

ModbusBridge::ModbusBridge(const Field& field,
                           std::shared_ptr<const DeviceProfile> profile,
                           const Place& place,
                           base::Task released)
    : field_(field)
    , profile_(std::move(profile))
    , released_(std::move(released))
{
    Unit::Settings settings;
    settings.unitId = place.unitId;
    settings.limits = place.limits;
    settings.serial = place.serial;
    settings.opening = profile_->opening;
    settings.keepAlives = profile_->keepAlives;
    for (const ResourceMapping& mapping : profile_->mappings) {
        resources_.push_back(mapping.resource);
        if (!mapping.point)
            continue;
        points_.emplace(mapping.resource.path, settings.points.size());
        settings.points.push_back(*mapping.point);
        settings.paths.push_back(mapping.resource.path);
    }
    encodings_ = settings.points;
    auto deliver = lifetime_.guard([this](const UnitReport& report) { onReport(report); });
    // Copied for each report: many come through one door.
    auto report = [&main = field_.main, deliver](UnitReport news) {
        main.post([deliver, news = std::move(news)]() mutable { deliver(news); });
    };
    field_.scheduler.post([&side = field_.side,
                           unit = field_.unit,
                           line = place.line,
                           settings = std::move(settings),
                           report = std::move(report)]() mutable {
        side.addUnit(unit, line, std::move(settings), std::move(report));
    });
}

ModbusBridge::~ModbusBridge()
{
    field_.scheduler.post([&side = field_.side, unit = field_.unit] { side.removeUnit(unit); });
    for (auto& [ticket, done] : reads_)
        answerLater(field_.main, std::move(done), cancelled());
    released_();
}

void ModbusBridge::start(api::BridgeListener& listener)
{
    listener_ = &listener;
    field_.scheduler.post([&side = field_.side, unit = field_.unit] { side.unit(unit).start(); });
}

void ModbusBridge::read(const model::Path& path, SampleDone done)
{
    const ResourceMapping* mapping = find(path);
    if (mapping != nullptr && mapping->resource.constant) {
        model::Sample sample{path, *mapping->resource.constant, field_.main.wallNow()};
        field_.main.post([done = std::move(done), sample = std::move(sample)]() mutable {
            done(std::move(sample));
        });
        return;
    }
    if (mapping == nullptr || !mapping->resource.operations.read) {
        answerLater(field_.main,
                    std::move(done),
                    {ErrorKind::NotFound, path.toString() + " cannot be read from this device"});
        return;
    }
    const Ticket ticket = nextTicket_++;
    reads_.emplace(ticket, std::move(done));
    auto deliver = toMain<Expected<model::Sample>>(
        field_.main, lifetime_.guard([this, ticket](Expected<model::Sample> result) {
            endRead(ticket, std::move(result));
        }));
    field_.scheduler.post([&side = field_.side,
                           unit = field_.unit,
                           point = points_.at(path),
                           deliver = std::move(deliver)]() mutable {
        side.unit(unit).read(point, std::move(deliver));
    });
}

Expected<std::vector<std::uint16_t>> ModbusBridge::wordsFor(const model::Path& path,
                                                            const model::Value& value) const
{
    const ResourceMapping* mapping = find(path);
    if (mapping == nullptr || !mapping->resource.operations.write)
        return base::fail(ErrorKind::NotFound,
                          path.toString() + " cannot be written at this device");
    const Point& encoding = encodings_[points_.at(path)];
    auto words = encoding.exponentAddress
                     ? checkWrite(encoding, value).map([] { return std::vector<std::uint16_t>{}; })
                     : encode(encoding, value);
    if (!words)
        return base::fail(words.error().in(path.toString()));
    return words;
}

Expected<void> ModbusBridge::check(const model::Path& path, const model::Value& value) const
{
    return wordsFor(path, value).map([](const std::vector<std::uint16_t>&) {});
}

void ModbusBridge::write(const model::Path& path, const model::Value& value, Done done)
{
    auto words = wordsFor(path, value);
    if (!words) {
        refuse(std::move(done), words.error());
        return;
    }
    const std::size_t point = points_.at(path);
    if (encodings_[point].exponentAddress)
        sendValue(point, value, std::move(done));
    else
        send(point, std::move(*words), std::move(done));
}

void ModbusBridge::execute(const model::Path& path, const std::string& arguments, Done done)
{
    const ResourceMapping* mapping = find(path);
    if (mapping == nullptr || !mapping->resource.operations.execute) {
        refuse(std::move(done),
               {ErrorKind::NotFound, path.toString() + " cannot be executed at this device"});
        return;
    }
    if (!arguments.empty()) {
        refuse(std::move(done),
               {ErrorKind::InvalidArgument, path.toString() + " takes no arguments"});
        return;
    }
    const std::size_t point = points_.at(path);
    send(point, {*encodings_[point].executeValue}, std::move(done));
}

void ModbusBridge::send(std::size_t point, std::vector<std::uint16_t> words, Done done)
{
    field_.scheduler.post([&side = field_.side,
                           unit = field_.unit,
                           point,
                           words = std::move(words),
                           deliver = writeEnd(std::move(done))]() mutable {
        side.unit(unit).write(point, std::move(words), std::move(deliver));
    });
}

void ModbusBridge::sendValue(std::size_t point, model::Value value, Done done)
{
    field_.scheduler.post([&side = field_.side,
                           unit = field_.unit,
                           point,
                           value = std::move(value),
                           deliver = writeEnd(std::move(done))]() mutable {
        side.unit(unit).writeValue(point, std::move(value), std::move(deliver));
    });
}

Unit::WriteDone ModbusBridge::writeEnd(Done done)
{
    return toMain<Expected<void>>(field_.main, std::move(done));
}

void ModbusBridge::onReport(const UnitReport& report)
{
    counters_ = report.counters;
    if (listener_ == nullptr)
        return;
    // A listener may let the bridge go: nothing of it is touched after the last call, and the
    // guard in front of the next report sees to the rest.
    auto tellSamples = lifetime_.guard([this, &report] { listener_->onSamples(report.samples); });
    auto tellMissing = lifetime_.guard([this, &report] { missing_->onMissing(report.missing); });
    if (report.availability && report.availability->isForTheLine)
        listener_->onLineDown(report.availability->reason);
    else if (report.availability && report.availability->isReworded)
        listener_->onStillGone(report.availability->reason);
    else if (report.availability)
        listener_->onAvailability(report.availability->isAvailable, report.availability->reason);
    if (!report.samples.empty())
        tellSamples();
    if (!report.missing.empty() && missing_ != nullptr)
        tellMissing();
}

const ResourceMapping* ModbusBridge::find(const model::Path& path) const
{
    const auto& mappings = profile_->mappings;
    const auto found = std::ranges::find(
        mappings, path, [](const ResourceMapping& mapping) { return mapping.resource.path; });
    return found == mappings.end() ? nullptr : &*found;
}

void ModbusBridge::endRead(Ticket ticket, Expected<model::Sample> result)
{
    auto node = reads_.extract(ticket);
    if (!node.empty())
        node.mapped()(std::move(result));
}

void ModbusBridge::refuse(Done done, base::Error error)
{
    answerLater(field_.main, std::move(done), std::move(error));
}

} // namespace causeway::bridges::modbus
