// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "agent/base/bus.hpp"
#include "dbus/ctl/interrupts.hpp"
#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/output.hpp"
#include "dbus/ctl/plain_text.hpp"
#include "dbus/ctl/resource_words.hpp"

namespace causeway::dbus::ctl {

namespace {

/// "field available, main registered"
std::string stateOf(const Json& device)
{
    auto text = fmt::format("field {}", textIn(device, "FieldState"));
    const auto registrations = device.find("Registrations");
    if (registrations == device.end())
        return text;
    for (const auto& one : *registrations)
        text += fmt::format(", {} {}", textIn(one, "server"), textIn(one, "state"));
    return text;
}

/// Prints the states there are, then what changes, a line each, until the user ends it or the bus
/// goes. A daemon that goes is waited for.
class Watcher
{
public:
    Watcher(Session& session, std::vector<std::string> devices)
        : session_(session)
        , devices_(std::move(devices))
    {}

    void run()
    {
        static_cast<void>(session_.client.connection()); // says so when there is no bus
        const Interrupts interrupts(loop_, [this] { loop_.stop(); });
        bool isLost = false;
        base::Bus bus(loop_, session_.client.address(), [&] {
            isLost = true;
            loop_.stop();
        });
        const auto matches = listen(bus.connection());
        showAll();
        if (!failure_)
            loop_.run();
        if (failure_)
            std::rethrow_exception(failure_);
        if (isLost)
            throw Failure(base::ErrorKind::Unreachable, "the connection to D-Bus is lost");
    }

private:
    std::array<sdbus::Slot, 3> listen(sdbus::IConnection& connection)
    {
        const auto fromGateway = [](std::string_view rest) {
            return fmt::format(
                "type='signal',sender='{}',path_namespace='{}/device',{}", busName, rootPath, rest);
        };
        return {bus::addMatch(
                    connection,
                    fromGateway("interface='org.causeway.Gateway1.Device',member='ValuesChanged'"),
                    [this](auto& message) { showValues(message); }),
                bus::addMatch(connection,
                              fromGateway("interface='org.freedesktop.DBus.Properties',"
                                          "member='PropertiesChanged',"
                                          "arg0='org.causeway.Gateway1.Device'"),
                              [this](auto& message) { showChange(message); }),
                bus::addMatch(connection,
                              fmt::format("type='signal',sender='org.freedesktop.DBus',"
                                          "member='NameOwnerChanged',arg0='{}'",
                                          busName),
                              [this](auto& message) { showDaemon(message); })};
    }

    /// Also says at once when there is no daemon, or no such device.
    void showAll()
    {
        if (devices_.empty()) {
            for (const auto& [name, properties] : session_.client.objects(Kind::Device))
                showState(name, toJson(properties));
        }
        for (const auto& name : devices_)
            showState(name, toJson(session_.client.properties(Kind::Device, name)));
    }

    template <typename Message>
    void showValues(Message& message)
    {
        const auto device = nameIn(Kind::Device, message.getPath());
        if (!wants(device))
            return;
        std::vector<BusSample> samples;
        message >> samples;
        for (const auto& sample : samples) {
            if (isSame(device, sample))
                continue;
            auto json = toJson(sample);
            json["device"] = device;
            show(fmt::format("{} {} {} {}  {}",
                             timeText(sample.template get<3>()),
                             device,
                             sample.template get<0>(),
                             valueText(sample, unitsOf(device)),
                             resourceName(sample.template get<0>())),
                 json);
        }
    }

    template <typename Message>
    void showChange(Message& message)
    {
        const auto device = nameIn(Kind::Device, message.getPath());
        if (!wants(device))
            return;
        std::string interface;
        Dictionary properties;
        message >> interface >> properties;
        showState(device, toJson(properties));
    }

    template <typename Message>
    void showDaemon(Message& message)
    {
        std::string name;
        std::string before;
        std::string now;
        message >> name >> before >> now;
        if (now.empty())
            show("causewayd is gone, waiting for it", {{"daemon", "gone"}});
        else
            show("causewayd is back", {{"daemon", "back"}});
    }

    /// A poll that found what was there before is no news.
    bool isSame(const std::string& device, const BusSample& sample)
    {
        auto value = toJson(sample);
        value.erase("takenAt");
        return std::exchange(values_[{device, sample.get<0>()}], value) == value;
    }

    /// The same state again is no news; counters change all the time.
    void showState(const std::string& device, Json properties)
    {
        const auto state = stateOf(properties);
        if (std::exchange(states_[device], state) == state)
            return;
        properties["device"] = device;
        show(fmt::format("{}: {}", device, state), properties);
    }

    const Units& unitsOf(const std::string& device)
    {
        const auto added = units_.try_emplace(device);
        Units& units = added.first->second;
        if (!added.second)
            return units;
        try {
            session_.client.withDevice(
                device, [&](DeviceProxy& proxy) { units = Units(proxy.NewestValues()); });
        } catch (const std::runtime_error&) {
            // Gone meanwhile: a value without its unit is better than none.
        }
        return units;
    }

    [[nodiscard]] bool wants(const std::string& device) const
    {
        return devices_.empty() || std::ranges::find(devices_, device) != devices_.end();
    }

    void show(const std::string& line, const Json& json)
    {
        if (session_.wantsJson)
            std::puts(toAscii(json).c_str());
        else
            Session::say(line);
        try {
            finishOutput();
        } catch (const Failure&) { // not through the bus: it would count as lost
            failure_ = std::current_exception();
            loop_.stop();
        }
    }

    Session& session_;
    std::vector<std::string> devices_;
    base::EventLoop loop_;
    std::exception_ptr failure_;
    std::map<std::string, std::string> states_;
    std::map<std::pair<std::string, std::string>, Json> values_;
    std::map<std::string, Units> units_;
};

} // namespace

void addWatchCommand(CLI::App& app, Session& session)
{
    auto* const command =
        app.add_subcommand("watch", "Show values and states as they change, until interrupted");
    auto devices = std::make_shared<std::vector<std::string>>();
    command->add_option("devices", *devices, "only of these; of all when none is given");
    command->callback([&session, devices] { Watcher(session, *devices).run(); });
}

} // namespace causeway::dbus::ctl
