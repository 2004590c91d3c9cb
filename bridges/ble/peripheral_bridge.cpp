// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/peripheral_bridge.hpp"

#include <algorithm>
#include <utility>

#include "bridges/ble/gatt_values.hpp"

namespace causeway::bridges::ble {

using base::ErrorKind;
using base::Expected;

namespace {

/// What a Done is told later, from the main loop.
template <typename Callback>
void answerLater(base::Scheduler& scheduler, Callback done, base::Error error)
{
    scheduler.post([done = std::move(done), error = std::move(error)]() mutable {
        done(tl::unexpected(std::move(error)));
    });
}

base::Error cancelled()
{
    return {ErrorKind::Cancelled, "the device is detached", base::Retry::Never};
}

/// A callback of the radio's thread that carries its result to the main thread and there ends who
/// waits under this ticket, if he still does.
template <typename Result, typename End>
auto toMain(base::Scheduler& main, End end)
{
    return [&main, end = std::move(end)](Result result) mutable {
        main.post([end = std::move(end), result = std::move(result)]() mutable {
            end(std::move(result));
        });
    };
}

} // namespace

PeripheralBridge::PeripheralBridge(const Field& field,
                                   Peripheral::Settings settings,
                                   base::Task released)
    : field_(field)
    , profile_(settings.profile)
    , released_(std::move(released))
{
    for (const ResourceMapping& mapping : profile_->mappings)
        resources_.push_back(mapping.resource);
    auto deliver = lifetime_.guard([this](const SensorReport& report) { onReport(report); });
    // Copied for each report: many come through one door.
    auto report = [&main = field_.main, deliver](SensorReport news) {
        main.post([deliver, news = std::move(news)]() mutable { deliver(news); });
    };
    field_.scheduler.post([&side = field_.side,
                           peripheral = field_.peripheral,
                           settings = std::move(settings),
                           report = std::move(report)]() mutable {
        side.addPeripheral(peripheral, std::move(settings), std::move(report));
    });
}

PeripheralBridge::~PeripheralBridge()
{
    field_.scheduler.post([&side = field_.side, peripheral = field_.peripheral] {
        side.removePeripheral(peripheral);
    });
    for (auto& [ticket, done] : reads_)
        answerLater(field_.main, std::move(done), cancelled());
    for (auto& [ticket, done] : writes_)
        answerLater(field_.main, std::move(done), cancelled());
    released_();
}

void PeripheralBridge::start(api::BridgeListener& listener)
{
    listener_ = &listener;
    field_.scheduler.post([&side = field_.side, peripheral = field_.peripheral] {
        side.startPeripheral(peripheral);
    });
}

void PeripheralBridge::read(const model::Path& path, SampleDone done)
{
    const auto* mapped = find(path);
    if (mapped == nullptr || !mapped->operations.read)
        return answerLater(
            field_.main,
            std::move(done),
            {ErrorKind::NotFound, path.toString() + " cannot be read from this device"});
    if (mapped->constant) {
        model::Sample sample{path, *mapped->constant, field_.main.wallNow()};
        return field_.main.post([done = std::move(done), sample = std::move(sample)]() mutable {
            done(std::move(sample));
        });
    }
    const Ticket ticket = nextTicket_++;
    reads_.emplace(ticket, std::move(done));
    auto end = lifetime_.guard([this, ticket](Expected<model::Sample> result) {
        if (auto waiting = reads_.extract(ticket); !waiting.empty())
            waiting.mapped()(std::move(result));
    });
    field_.scheduler.post(
        [&side = field_.side,
         peripheral = field_.peripheral,
         path,
         deliver = toMain<Expected<model::Sample>>(field_.main, std::move(end))]() mutable {
            side.peripheral(peripheral).read(path, std::move(deliver));
        });
}

Expected<void> PeripheralBridge::check(const model::Path& path, const model::Value& value) const
{
    const auto mapping = std::ranges::find(
        profile_->mappings, path, [](const ResourceMapping& one) { return one.resource.path; });
    if (mapping == profile_->mappings.end() || !mapping->resource.operations.write ||
        !mapping->source)
        return base::fail(ErrorKind::NotFound,
                          path.toString() + " cannot be written at this device");
    const auto octets = octetsFor(*mapping->source, value);
    if (!octets)
        return base::fail(octets.error().in(path.toString()));
    return {};
}

void PeripheralBridge::write(const model::Path& path, const model::Value& value, Done done)
{
    if (const auto allowed = check(path, value); !allowed)
        return answerLater(field_.main, std::move(done), allowed.error());
    const Ticket ticket = nextTicket_++;
    writes_.emplace(ticket, std::move(done));
    auto end = lifetime_.guard([this, ticket](Expected<void> result) {
        if (auto waiting = writes_.extract(ticket); !waiting.empty())
            waiting.mapped()(std::move(result));
    });
    field_.scheduler.post(
        [&side = field_.side,
         peripheral = field_.peripheral,
         path,
         value,
         deliver = toMain<Expected<void>>(field_.main, std::move(end))]() mutable {
            side.peripheral(peripheral).write(path, value, std::move(deliver));
        });
}

void PeripheralBridge::execute(const model::Path& path, const std::string&, Done done)
{
    answerLater(field_.main,
                std::move(done),
                {ErrorKind::NotFound, path.toString() + " cannot be executed at this device"});
}

void PeripheralBridge::onReport(const SensorReport& report)
{
    counters_ = report.counters;
    if (listener_ == nullptr)
        return;
    // A listener may let the bridge go: the guard sees to what comes after.
    auto tellSamples = lifetime_.guard([this, &report] { listener_->onSamples(report.samples); });
    auto tellMissing = lifetime_.guard([this, &report] { missing_->onMissing(report.missing); });
    if (report.availability)
        listener_->onAvailability(report.availability->isAvailable, report.availability->reason);
    if (!report.samples.empty())
        tellSamples();
    if (!report.missing.empty() && missing_ != nullptr)
        tellMissing();
}

const api::MappedResource* PeripheralBridge::find(const model::Path& path) const
{
    const auto mapped = std::ranges::find(resources_, path, &api::MappedResource::path);
    return mapped == resources_.end() ? nullptr : &*mapped;
}

} // namespace causeway::bridges::ble
