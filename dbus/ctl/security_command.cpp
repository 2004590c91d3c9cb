// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdio>

#include <fmt/format.h>

#include "agent/api/credential_store.hpp"
#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/plain_text.hpp"
#include "dbus/ctl/table.hpp"

namespace causeway::dbus::ctl {

namespace {

constexpr auto noValue = "-";

/// Each server of each device with what protects its session, or without if there is none.
Json channels(const Json& devices)
{
    Json list = Json::array();
    for (const auto& device : devices) {
        for (Json channel : device["Registrations"]) {
            channel.erase("counters");
            channel["device"] = device["Name"];
            list.push_back(std::move(channel));
        }
    }
    return list;
}

std::string wordOf(const Json& channel, const char* key, const char* yes, const char* no)
{
    const auto claim = channel.find(key);
    if (claim == channel.end())
        return noValue;
    return claim->get<bool>() ? yes : no;
}

/// CBC is what encrypt-then-MAC is for: to an AEAD it means nothing.
std::string encryptThenMac(const Json& channel)
{
    if (textIn(channel, "cipherSuite").find("_CBC_") == std::string::npos)
        return noValue;
    return wordOf(channel, "encryptThenMac", "yes", "NO");
}

/// "3d 4h", "12 min", "5 s": the two largest units that matter.
std::string ageText(std::chrono::seconds age)
{
    using namespace std::chrono_literals;
    if (age < 1min)
        return fmt::format("{} s", age.count());
    if (age < 1h)
        return fmt::format("{} min", age / 1min);
    if (age < 24h)
        return fmt::format("{} h {} min", age / 1h, age % 1h / 1min);
    return fmt::format("{} d {} h", age / 24h, age % 24h / 1h);
}

std::string ageSince(const Json& channel, const char* key)
{
    const auto time = channel.find(key);
    if (time == channel.end())
        return noValue;
    const std::chrono::microseconds then(time->get<std::int64_t>());
    const auto age = std::chrono::system_clock::now().time_since_epoch() - then;
    return ageText(
        std::max(std::chrono::duration_cast<std::chrono::seconds>(age), std::chrono::seconds(0)));
}

/// "3 d 4 h", "ended", or nothing.
std::string timeUntil(const Json& channel, const char* key, const char* over)
{
    const auto time = channel.find(key);
    if (time == channel.end())
        return noValue;
    const std::chrono::microseconds then(time->get<std::int64_t>());
    const auto left = then - std::chrono::system_clock::now().time_since_epoch();
    if (left <= std::chrono::seconds(0))
        return over;
    return ageText(std::chrono::duration_cast<std::chrono::seconds>(left));
}

std::string orDash(const std::string& text)
{
    return text.empty() ? noValue : text;
}

/// "0123456789abcdef", "0123456789abcdef TPM".
std::string credentialText(const Json& channel)
{
    const bool isInTpm = textIn(channel, "keyResidence") == api::toString(api::KeyResidence::Tpm);
    return orDash(textIn(channel, "credentialFingerprint")) + (isInTpm ? " TPM" : "");
}

/// Sentences are too long for a column.
void printFailures(const Json& list)
{
    const auto tell = [](const Json& channel, const char* key, const char* what) {
        const auto reason = textIn(channel, key);
        if (!reason.empty())
            std::puts(plainText(fmt::format("{}: the certificate for {} {}: {}",
                                            textIn(channel, "device"),
                                            textIn(channel, "server"),
                                            what,
                                            reason))
                          .c_str());
    };
    for (const auto& channel : list) {
        if (const auto count = channel.value("discardedRecords", 0U); count > 0)
            std::puts(plainText(fmt::format("{}: {} records of the session with {} were forged, "
                                            "damaged or repeated, and dropped",
                                            textIn(channel, "device"),
                                            count,
                                            textIn(channel, "server")))
                          .c_str());
        tell(channel, "renewalError", "is not renewed");
        tell(channel, "enrolmentError", "has not been given yet");
    }
}

void print(const Json& list)
{
    Table table({"DEVICE",
                 "SERVER",
                 "MODE",
                 "BY",
                 "SUITE",
                 "ETM",
                 "EMS",
                 "HANDSHAKE",
                 "AGE",
                 "LAST USED",
                 "CREDENTIAL",
                 "ENDS IN",
                 "RENEWED IN",
                 "SERVER'S KEY"});
    for (const auto& channel : list)
        table.add({textIn(channel, "device"),
                   textIn(channel, "server"),
                   orDash(textIn(channel, "securityMode")),
                   orDash(textIn(channel, "transport")),
                   orDash(textIn(channel, "cipherSuite")),
                   encryptThenMac(channel),
                   wordOf(channel, "extendedMasterSecret", "yes", "NO"),
                   wordOf(channel, "resumed", "resumed", "full"),
                   ageSince(channel, "channelSince"),
                   ageSince(channel, "channelUsedAt"),
                   credentialText(channel),
                   timeUntil(channel, "certificateExpiresAt", "ENDED"),
                   timeUntil(channel, "renewalAt", "now"),
                   orDash(textIn(channel, "serverFingerprint"))});
    table.print();
    printFailures(list);
}

Objects wanted(Client& client, const std::string& device)
{
    if (device.empty())
        return client.objects(Kind::Device);
    return {{device, client.properties(Kind::Device, device)}};
}

} // namespace

void addSecurityCommand(CLI::App& app, Session& session)
{
    auto* const command =
        app.add_subcommand("security", "Show what protects each session with a server now");
    auto device = std::make_shared<std::string>();
    command->add_option("device", *device, "only this device");
    command->callback([&session, device] {
        const auto list = channels(toJson(wanted(session.client, *device)));
        session.showList(list, "no device registers with a server", [&] { print(list); });
    });
}

} // namespace causeway::dbus::ctl
