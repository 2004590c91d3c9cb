// SPDX-License-Identifier: Apache-2.0
#include "dbus/gateway_adaptor.hpp"

#include <algorithm>
#include <iterator>

#include "agent/base/log.hpp"
#include "dbus/exported_object.hpp"
#include "dbus/object_path.hpp"
#include "dbus/settings_dict.hpp"
#include "dbus/status_dict.hpp"

namespace causeway::dbus {

using org::causeway::Gateway1::Gateway_adaptor;

namespace {

constexpr Kind kindOf(const api::LineSettings&)
{
    return Kind::Line;
}

constexpr Kind kindOf(const api::ServerSettings&)
{
    return Kind::Server;
}

constexpr Kind kindOf(const api::DeviceSettings&)
{
    return Kind::Device;
}

template <typename Items>
std::vector<Dictionary> toDictionaries(const Items& items)
{
    std::vector<Dictionary> all;
    std::ranges::transform(
        items, std::back_inserter(all), [](const auto& item) { return toDictionary(item); });
    return all;
}

template <typename Settings>
Settings named(const std::string& name)
{
    Settings settings;
    settings.name = name;
    return settings;
}

} // namespace

GatewayAdaptor::GatewayAdaptor(const Context& context)
    : AdaptorInterfaces(context.connection, sdbus::ObjectPath{rootPath})
    , context_(context)
{
    registerAdaptor();
}

GatewayAdaptor::~GatewayAdaptor()
{
    unregisterAdaptor();
}

void GatewayAdaptor::tellChanged()
{
    try {
        emitPropertiesChangedSignal(bus::InterfaceName{Gateway_adaptor::INTERFACE_NAME});
    } catch (const sdbus::Error& error) {
        // The connection's own failure is told by Bus; a signal has no other receiver.
        log::debug("a D-Bus signal was not sent: {ERROR}", "ERROR", error.what());
    }
}

template <typename Settings>
void GatewayAdaptor::add(PathResult&& result,
                         Settings settings,
                         Dictionary changes,
                         Add<Settings> method)
{
    const auto work = [this, method, settings = std::move(settings), changes = std::move(changes)](
                          Answer<sdbus::ObjectPath> answer) {
        answer.concerns(kindOf(settings), settings.name);
        auto wanted = changed(settings, changes);
        if (!wanted)
            return answer.fail(wanted.error());
        answer.changes("", differences(toDictionary(settings), toDictionary(*wanted)).second);
        sdbus::ObjectPath path{objectPath(kindOf(settings), settings.name)};
        (context_.control.*method)(std::move(*wanted),
                                   [answer = std::move(answer), path = std::move(path)](
                                       const base::Expected<void>& outcome) mutable {
                                       if (!outcome)
                                           return answer.fail(outcome.error());
                                       answer.succeed(path);
                                   });
    };
    context_.gate.admit(getObject(), std::move(result), Action::Manage, lifetime_.guard(work));
}

void GatewayAdaptor::AddLine(PathResult&& result, std::string name, Dictionary settings)
{
    add(std::move(result),
        named<api::LineSettings>(name),
        std::move(settings),
        &api::GatewayControl::addLine);
}

void GatewayAdaptor::AddServer(PathResult&& result, std::string name, Dictionary settings)
{
    add(std::move(result),
        named<api::ServerSettings>(name),
        std::move(settings),
        &api::GatewayControl::addServer);
}

void GatewayAdaptor::AttachDevice(PathResult&& result, std::string name, Dictionary settings)
{
    add(std::move(result),
        named<api::DeviceSettings>(name),
        std::move(settings),
        &api::GatewayControl::attachDevice);
}

void GatewayAdaptor::ReloadProfiles(sdbus::Result<>&& result)
{
    context_.gate.admit(
        getObject(), std::move(result), Action::Manage, lifetime_.guard([this](Answer<> answer) {
            context_.control.reloadProfiles(confirm(std::move(answer)));
        }));
}

void GatewayAdaptor::ScanBluetooth(sdbus::Result<std::vector<Dictionary>>&& result,
                                   std::uint32_t seconds)
{
    using Sightings = base::Expected<std::vector<api::BluetoothSighting>>;
    const auto work = [this, seconds](Answer<std::vector<Dictionary>> answer) {
        context_.control.scanBluetooth(
            std::chrono::seconds(seconds),
            [answer = std::move(answer)](const Sightings& sightings) mutable {
                if (!sightings)
                    return answer.fail(sightings.error());
                answer.succeed(toDictionaries(*sightings));
            });
    };
    context_.gate.admit(getObject(), std::move(result), Action::Read, lifetime_.guard(work));
}

std::vector<Dictionary> GatewayAdaptor::ListProfiles()
{
    return answering([this] { return toDictionaries(context_.control.profiles()); });
}

std::tuple<Dictionary, std::vector<Dictionary>>
GatewayAdaptor::DescribeProfile(const std::string& name)
{
    return answering([&]() -> std::tuple<Dictionary, std::vector<Dictionary>> {
        const auto profile = context_.control.describeProfile(name);
        if (!profile)
            throw toBusError(profile.error());
        return {toDictionary(profile->summary), toDictionaries(profile->resources)};
    });
}

std::string GatewayAdaptor::Version()
{
    return context_.version;
}

std::string GatewayAdaptor::KeyStore()
{
    return std::string(api::toString(context_.control.keyStore().state));
}

std::string GatewayAdaptor::KeyStoreReason()
{
    return context_.control.keyStore().reason;
}

std::string GatewayAdaptor::KeyStoreRemedy()
{
    return context_.control.keyStore().remedy;
}

Dictionary GatewayAdaptor::Smartcard()
{
    return toDictionary(context_.smartcard.smartcard());
}

std::string GatewayAdaptor::Bluetooth()
{
    return context_.control.bluetooth().listening;
}

std::string GatewayAdaptor::BluetoothReason()
{
    return context_.control.bluetooth().reason;
}

api::Counters GatewayAdaptor::Counters()
{
    return answering([this] { return context_.control.counters(); });
}

} // namespace causeway::dbus
