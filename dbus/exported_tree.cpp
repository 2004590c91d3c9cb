// SPDX-License-Identifier: Apache-2.0
#include "dbus/exported_tree.hpp"

namespace causeway::dbus {

namespace {

// One signal costs some tens of microseconds; 10,000 devices that change at once must not hold up
// sockets and timers for a second.
constexpr int mostSignalsPerRound = 64;

std::unique_ptr<Authority> makeAuthority(sdbus::IConnection& connection,
                                         const ServiceSettings& settings)
{
    const bool isSystemBus = settings.busAddress.empty();
    if (isSystemBus || settings.authorisation == Authorisation::Polkit)
        return std::make_unique<PolkitAuthority>(connection, settings.polkitPatience);
    return std::make_unique<OwnUserAuthority>(connection);
}

} // namespace

ExportedTree::ExportedTree(base::EventLoop& loop,
                           const Controls& controls,
                           const ServiceSettings& settings,
                           base::Task onLost)
    : loop_(loop)
    , bus_(loop, settings.busAddress, std::move(onLost))
    , status_(loop, controls.gateway)
    , logind_(bus_.connection())
    , gate_(bus_.connection(), makeAuthority(bus_.connection(), settings))
    , context_{bus_.connection(),
               controls.gateway,
               controls.lists,
               controls.keyStore,
               controls.renewals,
               controls.smartcard,
               gate_,
               status_,
               settings.version}
    , gateway_(context_)
    , keyStore_(context_)
{
    exportAll();
    bus_.requestName(busName);
}

void ExportedTree::exportAll()
{
    for (const auto& name : context_.control.lineNames())
        lines_.try_emplace(name, context_, name);
    for (const auto& name : context_.control.serverNames())
        servers_.try_emplace(name, context_, name);
    for (const auto& name : context_.control.deviceNames())
        devices_.try_emplace(name, context_, name);
}

void ExportedTree::add(Kind kind, const std::string& name)
{
    status_.forget();
    retired_.erase({kind, name}); // the bus takes one object per path
    const auto addTo = [&](auto& objects) {
        const auto [object, isNew] = objects.try_emplace(name, context_, name);
        if (isNew)
            object->second.tellAdded();
    };
    switch (kind) {
    case Kind::Line:
        return addTo(lines_);
    case Kind::Server:
        return addTo(servers_);
    case Kind::Device:
        return addTo(devices_);
    }
}

void ExportedTree::remove(Kind kind, const std::string& name)
{
    status_.forget();
    changed_.erase({kind, name});
    if (kind == Kind::Device)
        values_.erase(name);
    const auto removeFrom = [&](auto& objects) {
        const auto object = objects.find(name);
        if (object == objects.end())
            return;
        object->second.tellRemoved();
        retire(kind, objects.extract(object));
    };
    switch (kind) {
    case Kind::Line:
        return removeFrom(lines_);
    case Kind::Server:
        return removeFrom(servers_);
    case Kind::Device:
        return removeFrom(devices_);
    }
}

void ExportedTree::forget()
{
    if (--retirements_ > 0)
        return;
    retired_.clear();
    bus_.resume();
}

void ExportedTree::change(Kind kind, const std::string& name)
{
    status_.forget();
    changed_.emplace(kind, name);
    schedule();
}

void ExportedTree::changeGateway()
{
    hasGatewayChanged_ = true;
    schedule();
}

void ExportedTree::tellValues(const std::string& device, const std::vector<model::Sample>& samples)
{
    auto& waiting = values_[device];
    waiting.insert(waiting.end(), samples.begin(), samples.end());
    schedule();
}

void ExportedTree::schedule()
{
    if (!std::exchange(isScheduled_, true))
        loop_.post(lifetime_.guard([this] { announce(); }));
}

void ExportedTree::announce()
{
    isScheduled_ = false;
    if (std::exchange(hasGatewayChanged_, false))
        tellGatewayChanged();
    for (int i = 0; i < mostSignalsPerRound && !changed_.empty(); ++i) {
        const auto next = changed_.extract(changed_.begin());
        announceOne(next.value().first, next.value().second);
    }
    for (int i = 0; i < mostSignalsPerRound && !values_.empty(); ++i) {
        const auto next = values_.extract(values_.begin());
        if (const auto device = devices_.find(next.key()); device != devices_.end())
            device->second.tellValues(next.mapped());
    }
    if (!changed_.empty() || !values_.empty())
        schedule();
}

void ExportedTree::tellGatewayChanged()
{
    gateway_.tellChanged();
    keyStore_.tellChanged();
}

void ExportedTree::announceOne(Kind kind, const std::string& name)
{
    const auto tellIn = [&](auto& objects) {
        if (const auto object = objects.find(name); object != objects.end())
            object->second.tellChanged();
    };
    switch (kind) {
    case Kind::Line:
        return tellIn(lines_);
    case Kind::Server:
        return tellIn(servers_);
    case Kind::Device:
        return tellIn(devices_);
    }
}

} // namespace causeway::dbus
