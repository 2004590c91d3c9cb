// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <memory>

#include "dbus/ctl/number_range.hpp"
#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/table.hpp"
#include "dbus/wire.hpp"

namespace causeway::dbus::ctl {

namespace {

/// Long enough for a sensor that speaks every few seconds.
constexpr std::uint32_t usualSeconds = 10;

std::int64_t strengthOf(const Dictionary& device)
{
    const auto found = device.find("rssi");
    return found == device.end() ? INT16_MIN : integerOf(found->second).value_or(INT16_MIN);
}

/// What no profile fits is told in full, so that somebody can write one.
std::string suggestionOf(const Json& device)
{
    if (auto profile = textIn(device, "profile"); !profile.empty())
        return profile;
    std::string text;
    for (const auto& [part, octets] : device["data"].items())
        text += (text.empty() ? "" : "; ") + part + " " + toText(octets);
    return text;
}

void scan(Session& session, std::uint32_t seconds)
{
    auto heard = session.client.gateway().ScanBluetooth(seconds);
    // The nearest is the one in the operator's hand.
    std::ranges::stable_sort(heard, std::ranges::greater(), strengthOf);
    const auto devices = toJson(heard);
    session.show(devices, [&] {
        Table table({"ADDRESS", "RSSI", "NAME", "ATTACHED AS", "PROFILE, OR DATA"});
        for (const auto& device : devices)
            table.add({textIn(device, "address"),
                       textIn(device, "rssi"),
                       textIn(device, "name"),
                       textIn(device, "device"),
                       suggestionOf(device)});
        table.print();
    });
}

} // namespace

void addBluetoothCommands(CLI::App& app, Session& session)
{
    auto* const group = app.add_subcommand("ble", "Find Bluetooth devices");
    group->require_subcommand(1);
    auto* const command =
        group->add_subcommand("scan", "List what advertises itself, with a profile that fits");
    auto seconds = std::make_shared<std::uint32_t>(usualSeconds);
    command->add_option("--seconds", *seconds, "how long to listen, 1 to 60 (10)")
        ->transform(numberFrom(1, 60));
    command->footer("causewayctl ble scan\n"
                    "causewayctl device add tag-1 --profile ruuvitag-rawv2 --ble "
                    "CB:B8:33:4C:88:4F --server main --psk-generate");
    command->callback([&session, seconds] { scan(session, *seconds); });
}

} // namespace causeway::dbus::ctl
