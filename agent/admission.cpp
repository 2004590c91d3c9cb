// SPDX-License-Identifier: Apache-2.0
#include "agent/admission.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "agent/api/server_scheme.hpp"
#include "agent/base/bytes.hpp"
#include "agent/coap/cipher_policy.hpp"
#include "agent/coap/server_check.hpp"
#include "agent/coap/server_uri.hpp"
#include "agent/lwm2m/objects/location_object.hpp"
#include "agent/model/path.hpp"
#include "bridges/ble/advertisement.hpp"

namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t longestName = 64;
constexpr std::size_t longestEndpointName = 255 - 3; // "ep=" shares the option
constexpr std::size_t mostServers = 8;               // each is a session and a socket per device

tl::unexpected<base::Error> bad(std::string message)
{
    return fail(ErrorKind::InvalidArgument, std::move(message));
}

bool isNameCharacter(char character)
{
    constexpr std::string_view others = "-_.";
    const bool isLetter =
        (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
    const bool isDigit = character >= '0' && character <= '9';
    return isLetter || isDigit || others.find(character) != std::string_view::npos;
}

bool hasControlCharacter(std::string_view text)
{
    return std::ranges::any_of(text, [](char character) {
        const auto octet = static_cast<unsigned char>(character);
        return octet < 0x20 || octet == 0x7F;
    });
}

Expected<void> admitSuites(const api::ServerSettings& server)
{
    if (server.cipherSuites.empty())
        return {};
    return coap::offeredSuites(api::channelMode(server.securityMode), server.cipherSuites)
        .map([](const auto&) {});
}

Expected<void> admitSecurity(const api::ServerSettings& server, bool allowsNoSec)
{
    const auto* const scheme = api::schemeOf(server.uri);
    const bool isPlain = scheme != nullptr && !scheme->isSecure;
    const bool isNoSec = server.securityMode == api::SecurityMode::NoSec;
    if (isPlain != isNoSec)
        return bad("coaps:// goes with the security modes psk, rpk and certificate, and coap:// "
                   "with nosec; so do coaps+tcp:// and coap+tcp://");
    if (scheme != nullptr && scheme->isStream && server.lwm2mVersion == "1.0")
        return bad("LwM2M 1.0 has no TCP: coap+tcp:// and coaps+tcp:// go with version 1.1 or "
                   "later");
    if (server.isBootstrap && server.securityMode == api::SecurityMode::Enrolment)
        return bad("a Bootstrap-Server cannot have the security mode certificate-est: its "
                   "certificate would have to come from itself");
    if (isNoSec && !allowsNoSec)
        return fail(ErrorKind::Refused,
                    "plain CoAP is switched off: set AllowNoSec=yes in [Network] of causeway.conf");
    if (!isNoSec && server.securityMode != api::SecurityMode::Psk) {
        if (auto identity =
                coap::admitIdentity(api::channelMode(server.securityMode), server.identity);
            !identity)
            return identity;
    }
    return admitSuites(server);
}

Expected<void> admitTimes(const api::ServerSettings& server)
{
    const auto shortest = server.lwm2mVersion == "1.2" ? 0s : 1s;
    if (server.lifetime < shortest || server.lifetime > std::chrono::hours(24 * 365))
        return bad("lifetime must be 1 to 31536000 seconds, or 0 (for ever) with LwM2M 1.2");
    if (server.defaultPmin && *server.defaultPmin < 0s)
        return bad("default pmin must not be negative");
    if (server.defaultPmax && *server.defaultPmax < 0s)
        return bad("default pmax must not be negative");
    if (server.retryTimer < 1s)
        return bad("the retry timer must be at least 1 second");
    if (server.awakeTime < 1s)
        return bad("the awake time must be at least 1 second");
    if (server.disableTimeout < 0s || server.sequenceDelay < 0s)
        return bad("time-outs must not be negative");
    return {};
}

Expected<void> admitAccount(const api::ServerSettings& server, bool allowsNoSec)
{
    if (auto uri = coap::parseServerUri(server.uri); !uri)
        return fail(uri.error());
    if (auto security = admitSecurity(server, allowsNoSec); !security)
        return security;
    if (server.clientHoldOff < 0s || server.bootstrapTimeout < 0s)
        return bad("the hold-off time and the account time-out must not be negative");
    if (server.shortServerId == 0 || server.shortServerId == model::maxId)
        return bad("the short server ID must be 1 to 65534");
    constexpr std::array<std::string_view, 3> versions{"1.0", "1.1", "1.2"};
    if (std::ranges::find(versions, server.lwm2mVersion) == versions.end())
        return bad(
            fmt::format("LwM2M version \"{}\" is none of 1.0, 1.1 and 1.2", server.lwm2mVersion));
    return admitTimes(server);
}

} // namespace

Expected<void> admitName(std::string_view kind, std::string_view name)
{
    const bool isLegal = !name.empty() && name.size() <= longestName &&
                         std::ranges::all_of(name, isNameCharacter) &&
                         std::string_view("-_.").find(name.front()) == std::string_view::npos;
    if (isLegal)
        return {};
    return bad(fmt::format(
        "\"{}\" is no {} name: it takes letters, digits, '-', '_' and '.', at most {}, and begins "
        "with a letter or digit",
        name.substr(0, longestName),
        kind,
        longestName));
}

Expected<void> admitEndpointName(std::string_view name)
{
    if (name.empty() || name.size() > longestEndpointName)
        return bad(fmt::format("an endpoint name has 1 to {} octets", longestEndpointName));
    if (!base::isValidUtf8(name) || hasControlCharacter(name))
        return bad("an endpoint name is UTF-8 text without control characters");
    return {};
}

// The rest is the bus's business, which knows what its ports and sockets can do.
Expected<void> admitLine(const api::LineSettings& line)
{
    return admitName("line", line.name);
}

Expected<void> admitLineChange(const api::LineSettings& before, const api::LineSettings& line)
{
    using Settings = api::LineSettings;
    const bool isSerial = line.kind == Settings::Kind::Rtu;
    const auto isNew = [&](auto member) {
        return before.*member != line.*member;
    };
    // What another kind has left is in the way only of what comes in its place.
    const auto isThere = [&](const std::string Settings::*member) {
        return !(line.*member).empty() && (isNew(member) || before.kind != line.kind);
    };
    if (isSerial && isThere(&Settings::host))
        return bad("host: a line of kind rtu has none; --host none takes it away");
    if (!isSerial && isThere(&Settings::serialPort))
        return bad("serialPort: a line of kind tcp or rtu-over-tcp has none; --serial-port none "
                   "takes it away");
    if (!isSerial &&
        (isNew(&Settings::baudRate) || isNew(&Settings::parity) || isNew(&Settings::stopBits)))
        return bad("a line of kind tcp or rtu-over-tcp has no speed, parity or stop bits");
    return {};
}

Expected<void> admitServer(const api::ServerSettings& server, bool allowsNoSec)
{
    if (auto name = admitName("server", server.name); !name)
        return name;
    return admitAccount(server, allowsNoSec);
}

Expected<void> admitDelivery(const api::BootstrapResult& result, bool allowsNoSec)
{
    if (result.accounts.size() > mostServers)
        return bad(fmt::format("a device has at most {} accounts", mostServers));
    for (const auto& delivered : result.accounts) {
        const auto& settings = delivered.account.settings;
        if (auto admitted = admitAccount(settings, allowsNoSec); !admitted)
            return fail(admitted.error().in(settings.name));
    }
    return {};
}

Expected<void> admitDevice(const api::DeviceSettings& device)
{
    if (auto name = admitName("device", device.name); !name)
        return name;
    if (!device.endpointName.empty()) {
        if (auto endpoint = admitEndpointName(device.endpointName); !endpoint)
            return endpoint;
    }
    if (device.profile.empty())
        return bad("a device needs a profile: see the list of profiles");
    if (!device.line.empty() && !device.bleAddress.empty())
        return bad("a device needs a line or a Bluetooth address, and not both");
    if (!device.bleAddress.empty() && !device.serial.isLines())
        return bad("a Bluetooth device has no speed, parity or stop bits");
    if (!device.bleAddress.empty() && !bridges::ble::canonicalAddress(device.bleAddress))
        return bad("a Bluetooth address is six pairs of hexadecimal digits: A4:C1:38:0A:1B:2C");
    if (!device.position.empty()) {
        if (auto position = lwm2m::parsePosition(device.position); !position)
            return fail(position.error());
    }
    if (device.servers.size() > mostServers)
        return bad(fmt::format("a device registers with at most {} servers", mostServers));
    if (device.pollPeriod && (*device.pollPeriod < 10ms || *device.pollPeriod > 24h))
        return bad("the poll period must be 10 ms to 24 h");
    return {};
}

} // namespace causeway::agent
