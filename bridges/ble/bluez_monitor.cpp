// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bluez_monitor.hpp"

#include <cstdint>
#include <utility>

#include <bluez_monitor_adaptor.h>
#include <fmt/format.h>

#include "agent/base/door.hpp"

namespace causeway::bridges::ble {

namespace {

/// bluetoothd answers at once, and the kernel within 2 s.
constexpr std::chrono::seconds activationTime{10};
/// Controllers that compare by themselves are said to hear nothing at times. To ask devices that
/// are not there anyhow costs nobody's battery.
constexpr std::chrono::minutes longestDeafness{5};

using WirePattern = sdbus::Struct<std::uint8_t, std::uint8_t, std::vector<std::uint8_t>>;

} // namespace

/// Where bluetoothd looks for the monitors.
class BluezMonitor::Application final
    : public sdbus::AdaptorInterfaces<sdbus::ObjectManager_adaptor>
{
public:
    Application(sdbus::IConnection& connection, const std::string& path)
        : AdaptorInterfaces(connection, sdbus::ObjectPath{path})
    {
        registerAdaptor();
    }

    ~Application() { unregisterAdaptor(); }

    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;
};

class BluezMonitor::Frames final
    : public sdbus::AdaptorInterfaces<org::bluez::AdvertisementMonitor1_adaptor,
                                      sdbus::ManagedObject_adaptor>
{
public:
    Frames(BluezMonitor& owner,
           sdbus::IConnection& connection,
           const std::string& path,
           std::vector<Pattern> patterns)
        : AdaptorInterfaces(connection, sdbus::ObjectPath{path})
        , owner_(owner)
        , patterns_(std::move(patterns))
    {
        registerAdaptor();
    }

    ~Frames() { unregisterAdaptor(); }

    Frames(const Frames&) = delete;
    Frames& operator=(const Frames&) = delete;

private:
    void Activate() override { owner_.activate(); }

    void Release() override { owner_.refuse("bluetoothd has released its monitor"); }

    void DeviceFound(const sdbus::ObjectPath& device) override { owner_.hear(device); }

    /// Silence is judged by each device's own rhythm.
    void DeviceLost(const sdbus::ObjectPath&) override {}

    /// No word of signal strengths: with any, RSSISamplingPeriod = 0 too, 5.66 calls DeviceFound by
    /// thresholds, and not for each advertisement (rssi_is_unset of src/adv_monitor.c).
    std::string Type() override { return "or_patterns"; }

    std::vector<WirePattern> Patterns() override
    {
        std::vector<WirePattern> patterns;
        for (const Pattern& pattern : patterns_)
            patterns.emplace_back(std::uint8_t{0}, pattern.kind, pattern.octets);
        return patterns;
    }

    BluezMonitor& owner_;
    std::vector<Pattern> patterns_;
};

BluezMonitor::BluezMonitor(sdbus::IConnection& connection,
                           base::Scheduler& scheduler,
                           const std::string& adapter,
                           std::vector<Pattern> patterns,
                           Site site)
    : ProxyInterfaces(connection, bus::ServiceName{"org.bluez"}, sdbus::ObjectPath{adapter})
    , scheduler_(scheduler)
    , site_(std::move(site))
    , path_(fmt::format(
          "/org/causeway/monitors{}/{}", adapter.substr(adapter.rfind('/')), site_.number))
    , application_(std::make_unique<Application>(connection, path_))
    , frames_(std::make_unique<Frames>(*this, connection, path_ + "/frames", std::move(patterns)))
    , patience_(scheduler, [this] { refuse("it has heard nothing"); })
{
    registerProxy();
    patience_.start(activationTime);
    RegisterMonitor(sdbus::ObjectPath{path_});
}

BluezMonitor::~BluezMonitor()
{
    UnregisterMonitor(sdbus::ObjectPath{path_});
    unregisterProxy();
}

void BluezMonitor::onRegisterMonitorReply(bus::MaybeError error)
{
    if (error)
        refuse(error->getMessage());
}

void BluezMonitor::activate()
{
    patience_.start(longestDeafness);
    base::contain("an adapter", [&] { site_.onActive(); });
}

void BluezMonitor::hear(const std::string& device)
{
    patience_.stop();
    base::contain("an advertisement", [&] { site_.onHeard(device); });
}

/// Later: this may be asked from inside one of bluetoothd's calls, whose answer is to be sent yet.
void BluezMonitor::refuse(std::string reason)
{
    patience_.stop();
    scheduler_.post(
        lifetime_.guard([tell = site_.onRefused, reason = std::move(reason)] { tell(reason); }));
}

} // namespace causeway::bridges::ble
