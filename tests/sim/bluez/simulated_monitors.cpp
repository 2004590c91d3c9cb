// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/bluez/simulated_monitors.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace causeway::tests {

using bridges::ble::Advertisement;
using bridges::ble::Pattern;
using org::bluez::AdvertisementMonitorManager1_adaptor;

namespace {

const char* const adapterPath = "/org/bluez/hci0";
const char* const monitorInterface = "org.bluez.AdvertisementMonitor1";

using Interfaces = std::map<std::string, std::map<std::string, sdbus::Variant>>;
using WirePattern = sdbus::Struct<std::uint8_t, std::uint8_t, std::vector<std::uint8_t>>;

/// The part as it was in the air; 16-bit services only.
Pattern inTheAir(std::uint16_t identifier, std::uint8_t kind, const base::Bytes& octets)
{
    Pattern part;
    part.kind = kind;
    part.octets.push_back(static_cast<std::uint8_t>(identifier & 0xFFU));
    part.octets.push_back(static_cast<std::uint8_t>(identifier >> 8U));
    std::ranges::copy(octets, std::back_inserter(part.octets));
    return part;
}

bool begins(const Pattern& part, const Pattern& pattern)
{
    return part.kind == pattern.kind && part.octets.size() >= pattern.octets.size() &&
           std::equal(pattern.octets.begin(), pattern.octets.end(), part.octets.begin());
}

} // namespace

/// What monitors a program has.
class SimulatedMonitors::Question final
    : public sdbus::ProxyInterfaces<org::freedesktop::DBus::ObjectManager_proxy>
{
public:
    using Done = std::function<void(const std::string& path, SimulatedMonitor::Filter filter)>;

    Question(sdbus::IConnection& connection,
             const std::string& client,
             const std::string& path,
             Done done)
        : ProxyInterfaces(connection, bus::ServiceName{client}, sdbus::ObjectPath{path})
        , done_(std::move(done))
    {
        registerProxy();
        GetManagedObjects();
    }

    ~Question() { unregisterProxy(); }

    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;

private:
    void onGetManagedObjectsReply(const std::map<sdbus::ObjectPath, Interfaces>& objects,
                                  bus::MaybeError) override
    {
        for (const auto& [path, interfaces] : objects) {
            const auto monitor = interfaces.find(monitorInterface);
            if (monitor == interfaces.end() ||
                monitor->second.at("Type").get<std::string>() != "or_patterns")
                continue;
            SimulatedMonitor::Filter filter;
            // As 5.66: with any word of signal strengths.
            for (const auto& [name, value] : monitor->second)
                filter.tracksStrength = filter.tracksStrength || name.starts_with("RSSI");
            for (const auto& wire : monitor->second.at("Patterns").get<std::vector<WirePattern>>())
                filter.patterns.push_back({std::get<1>(wire), std::get<2>(wire)});
            done_(path, std::move(filter));
        }
    }

    Done done_;
};

SimulatedMonitor::SimulatedMonitor(sdbus::IConnection& connection,
                                   const std::string& client,
                                   const std::string& path,
                                   Filter filter)
    : ProxyInterfaces(connection, bus::ServiceName{client}, sdbus::ObjectPath{path})
    , filter_(std::move(filter))
{
    registerProxy();
}

SimulatedMonitor::~SimulatedMonitor()
{
    unregisterProxy();
}

bool SimulatedMonitor::matches(const Advertisement& advertisement) const
{
    std::vector<Pattern> parts;
    for (const auto& [company, octets] : advertisement.manufacturerData)
        parts.push_back(inTheAir(company, 0xFF, octets));
    for (const auto& [service, octets] : advertisement.serviceData)
        parts.push_back(
            inTheAir(static_cast<std::uint16_t>(std::stoul(service.substr(4, 4), nullptr, 16)),
                     0x16,
                     octets));
    return std::ranges::any_of(filter_.patterns, [&](const Pattern& pattern) {
        return std::ranges::any_of(parts,
                                   [&](const Pattern& part) { return begins(part, pattern); });
    });
}

SimulatedMonitors::SimulatedMonitors(sdbus::IConnection& connection)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{adapterPath})
    , connection_(connection)
{
    registerAdaptor();
    getObject().emitInterfacesAddedSignal(
        {bus::InterfaceName{AdvertisementMonitorManager1_adaptor::INTERFACE_NAME}});
}

SimulatedMonitors::~SimulatedMonitors()
{
    unregisterAdaptor();
}

void SimulatedMonitors::releaseAll()
{
    releases_ = true;
    if (monitor_)
        monitor_->Release();
}

void SimulatedMonitors::tellFound(const std::string& device)
{
    if (monitor_->tellsAll())
        monitor_->DeviceFound(sdbus::ObjectPath{device});
}

void SimulatedMonitors::RegisterMonitor(const sdbus::ObjectPath& application)
{
    ++asked_;
    if (question_)
        throw sdbus::Error(bus::ErrorName("org.bluez.Error.AlreadyExists"), "Already Exists");
    client_ = bus::sender(getObject());
    question_ = std::make_unique<Question>(
        connection_, client_, application, [this](const std::string& path, auto filter) {
            take(path, std::move(filter));
        });
}

void SimulatedMonitors::UnregisterMonitor(const sdbus::ObjectPath&)
{
    question_.reset();
    if (monitor_) // as 5.66: monitor_release of src/adv_monitor.c
        monitor_->Release();
    monitor_.reset();
}

void SimulatedMonitors::take(const std::string& path, SimulatedMonitor::Filter filter)
{
    monitor_ = std::make_unique<SimulatedMonitor>(connection_, client_, path, std::move(filter));
    if (releases_)
        monitor_->Release();
    else
        monitor_->Activate();
}

} // namespace causeway::tests
