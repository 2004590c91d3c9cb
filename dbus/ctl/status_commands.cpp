// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/table.hpp"

namespace causeway::dbus::ctl {

namespace {

/// Enabled, with a server, and registered with all of them.
bool isWellRegistered(const Json& device)
{
    const auto& registrations = device["Registrations"];
    return !registrations.empty() && std::ranges::all_of(registrations, isAsItShouldBe);
}

Json gather(Client& client)
{
    Json json = toJson(client.gatewayProperties());
    json["lines"] = toJson(client.objects(Kind::Line));
    json["servers"] = toJson(client.objects(Kind::Server));
    json["devices"] = toJson(client.objects(Kind::Device));
    return json;
}

std::string countOf(const Json& list, const char* what, bool (*matches)(const Json&))
{
    return fmt::format("{} ({} {})", list.size(), std::ranges::count_if(list, matches), what);
}

/// "5 of 6 (2 of 3 devices complete)"; a Bootstrap-Server is no registration.
std::string registrationsIn(const Json& devices)
{
    std::size_t standing = 0;
    std::size_t all = 0;
    for (const auto& device : devices) {
        for (const auto& one : device["Registrations"]) {
            if (one.value("bootstrapServer", false))
                continue;
            ++all;
            standing += isAsItShouldBe(one) ? 1 : 0;
        }
    }
    return fmt::format("{} of {} ({} of {} devices complete)",
                       standing,
                       all,
                       std::ranges::count_if(devices, isWellRegistered),
                       devices.size());
}

void addKeyStore(Table& table, const Json& json)
{
    table.add({"key store", textIn(json, "KeyStore")});
    if (const auto reason = textIn(json, "KeyStoreReason"); !reason.empty())
        table.add({"  because", reason});
    if (const auto remedy = textIn(json, "KeyStoreRemedy"); !remedy.empty())
        table.add({"  remedy", remedy});
}

/// "in use: Site card (0102030405060708) for meter-1"
void addSmartcard(Table& table, const Json& json)
{
    const auto& card = json["Smartcard"];
    const auto state = textIn(card, "state");
    if (state == "off")
        return;
    const auto label = textIn(card, "label");
    const auto which =
        label.empty() ? std::string() : fmt::format(": {} ({})", label, textIn(card, "serial"));
    table.add({"smartcard", fmt::format("{}{}, for {}", state, which, textIn(card, "device"))});
    const auto reason = textIn(card, "reason");
    if (!reason.empty())
        table.add({"  because", reason});
    const bool isThere = std::ranges::any_of(json["devices"], [&](const Json& device) {
        return textIn(device, "Name") == textIn(card, "device");
    });
    if (!isThere && state != "no-device")
        table.add({"  but", fmt::format("there is no device \"{}\"", textIn(card, "device"))});
}

void addBluetooth(Table& table, const Json& json)
{
    const auto listening = textIn(json, "Bluetooth");
    if (listening.empty()) // a daemon before it had the word
        return;
    const bool isHeard = listening == "passive" || listening == "active";
    table.add({"bluetooth", isHeard ? "listens " + listening + "ly" : listening});
    if (const auto reason = textIn(json, "BluetoothReason"); !reason.empty())
        table.add({"  because", reason});
}

void show(Session& session)
{
    const auto json = gather(session.client);
    session.show(json, [&] {
        Table table;
        table.add({"version", textIn(json, "Version")});
        addKeyStore(table, json);
        addSmartcard(table, json);
        table.add({"lines", countOf(json["lines"], "up", [](const Json& line) {
                       return line["Up"].get<bool>();
                   })});
        table.add({"servers", std::to_string(json["servers"].size())});
        table.add({"devices", countOf(json["devices"], "available", [](const Json& device) {
                       return textIn(device, "FieldState") == "available";
                   })});
        addBluetooth(table, json);
        table.add({"registrations", registrationsIn(json["devices"])});
        table.print();
    });
}

} // namespace

void addStatusCommands(CLI::App& app, Session& session)
{
    app.add_subcommand("status", "Show the gateway at a glance")->callback([&session] {
        show(session);
    });
}

} // namespace causeway::dbus::ctl
