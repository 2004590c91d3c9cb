// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "dbus/ctl/object_commands.hpp"

namespace causeway::dbus::ctl {

namespace {

/// Prints what comes, a line each, until the user or the bus ends it.
class Watcher
{
public:
    Watcher(Session& session, std::vector<std::string> devices)
        : session_(session)
        , devices_(std::move(devices))
    {}

    void run()
    {
        auto& connection = session_.client.connection();
        // To say at once when there is no daemon, or no such device.
        static_cast<void>(session_.client.gatewayProperties());
        for (const auto& device : devices_)
            static_cast<void>(session_.client.properties(Kind::Device, device));
        const auto values =
            bus::addMatch(connection,
                          rule("interface='org.causeway.Gateway1.Device',member='ValuesChanged'"),
                          [this](auto& message) { showValues(message); });
        const auto changes = bus::addMatch(
            connection,
            rule("interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
                 "arg0='org.causeway.Gateway1.Device'"),
            [this](auto& message) { showChange(message); });
        connection.enterEventLoop();
    }

private:
    static std::string rule(std::string_view rest)
    {
        return fmt::format(
            "type='signal',sender='{}',path_namespace='{}/device',{}", busName, rootPath, rest);
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
            auto json = toJson(sample);
            // Before the call: its arguments are made in any order, and one of them takes the JSON.
            const auto line = fmt::format("{} {} {} {}",
                                          timeText(sample.get<3>()),
                                          device,
                                          sample.get<0>(),
                                          toText(json["value"]));
            show(device, line, std::move(json));
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
        auto json = toJson(properties);
        auto line = fmt::format("{}: field {}", device, textIn(json, "FieldState"));
        for (const auto& one : json["Registrations"])
            line += fmt::format(", {} {}", textIn(one, "server"), textIn(one, "state"));
        // The same state again is no news; counters change all the time.
        if (std::exchange(states_[device], line) != line)
            show(device, line, std::move(json));
    }

    [[nodiscard]] bool wants(const std::string& device) const
    {
        return devices_.empty() || std::ranges::find(devices_, device) != devices_.end();
    }

    void show(const std::string& device, const std::string& line, Json json) const
    {
        json["device"] = device;
        const auto text =
            session_.wantsJson ? json.dump(-1, ' ', false, Json::error_handler_t::replace) : line;
        std::puts(text.c_str());
        std::fflush(stdout);
    }

    Session& session_;
    std::vector<std::string> devices_;
    std::map<std::string, std::string> states_;
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
