// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/setting_options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "dbus/ctl/failure.hpp"
#include "dbus/ctl/pem.hpp"
#include "dbus/settings_dict.hpp"

namespace causeway::dbus::ctl {

namespace {

// clang-format off
constexpr std::array lineOptions{
    SettingOption{"kind",             "--kind",               "rtu, tcp or rtu-over-tcp (rtu)"},
    SettingOption{"serialPort",       "--serial-port",        "the port's device file, or none", "", true},
    SettingOption{"baudRate",         "--baud-rate",          "bits per second (9600)"},
    SettingOption{"parity",           "--parity",             "none, even or odd (none)"},
    SettingOption{"stopBits",         "--stop-bits",          "1 or 2 (1)"},
    SettingOption{"rs485",            "--rs485",              "none, rts-on-send or rts-after-send: the port's driver turns the line round (none)"},
    SettingOption{"rs485DelayBefore", "--rs485-delay-before", "milliseconds before it sends (0)", "ms"},
    SettingOption{"rs485DelayAfter",  "--rs485-delay-after",  "milliseconds after it has sent (0)", "ms"},
    SettingOption{"host",             "--host",               "name or address, for the TCP kinds, or none", "", true},
    SettingOption{"port",             "--port",               "TCP port (502)"},
    SettingOption{"responseTimeout",  "--response-timeout",   "milliseconds to wait for an answer (500)", "ms"},
    SettingOption{"extraSilence",     "--extra-silence",      "milliseconds of silence more than the speed demands (0)", "ms"},
    SettingOption{"localEcho",        "--local-echo,!--no-local-echo", "the adapter gives back what it sends (no)"},
};

constexpr std::array serverOptions{
    SettingOption{"uri",                 "--uri",                  "coaps://host[:port]"},
    SettingOption{"securityMode",        "--security-mode",        "psk, rpk, certificate, certificate-est or nosec (psk)"},
    SettingOption{"shortServerId",       "--short-server-id",      "1 to 65534 (1)"},
    SettingOption{"lifetime",            "--lifetime",             "seconds of a registration (86400)", "s"},
    SettingOption{"defaultPmin",         "--default-pmin",         "seconds, or none", "s", true},
    SettingOption{"defaultPmax",         "--default-pmax",         "seconds, or none", "s", true},
    SettingOption{"disableTimeout",      "--disable-timeout",      "seconds that Disable lasts (86400)", "s"},
    SettingOption{"storesNotifications", "--store-notifications,!--no-store-notifications", "keep notifications while the server cannot be reached (yes)"},
    SettingOption{"notifiesConfirmable", "--confirmable-notifications,!--no-confirmable-notifications", "ask for an acknowledgement of each (no)"},
    SettingOption{"lwm2mVersion",        "--lwm2m-version",        "1.0, 1.1 or 1.2 (1.1)"},
    SettingOption{"queueMode",           "--queue-mode,!--no-queue-mode", "register with queue mode (no)"},
    SettingOption{"awakeTime",           "--awake-time",           "seconds that a device in queue mode listens after the last message (93)", "s"},
    SettingOption{"allowsCbcWithoutEtm", "--allow-cbc-without-etm,!--no-allow-cbc-without-etm", "accept CBC without encrypt-then-MAC; weak (no)"},
    SettingOption{"cipherSuites",        "--cipher-suite",         "offer this one, by IANA name or number, instead of the defaults; may be repeated; none for the defaults", "", true},
    SettingOption{"serverPublicKey",     "--server-public-key",    "rpk: the server's public key; certificate: its certificate or its authority's; file, PEM, DER, or its hash as raw octets; or none", "", true},
    SettingOption{"matchingType",        "--matching-type",        "exact, or sha-256, sha-384, sha-512 when that is a hash (exact)"},
    SettingOption{"certificateUsage",    "--certificate-usage",    "domain-issued, trust-anchor, service-certificate or ca-constraint (domain-issued)"},
    SettingOption{"serverName",          "--server-name",          "host name to ask for and compare, instead of the URI's, or none", "", true},
    SettingOption{"retryCount",          "--retry-count",          "attempts in a retry sequence (5)"},
    SettingOption{"retryTimer",          "--retry-timer",          "seconds before the first retry (60)", "s"},
    SettingOption{"sequenceDelay",       "--sequence-delay",       "seconds between retry sequences (86400)", "s"},
    SettingOption{"sequenceRetryCount",  "--sequence-retry-count", "retry sequences (1)"},
    SettingOption{"bootstrapsOnFailure", "--bootstrap-on-failure,!--no-bootstrap-on-failure", "then ask the Bootstrap-Server (yes)"},
    SettingOption{"registrationOrder",   "--registration-order",   "of several servers the smallest first, each when the one before has the device or has failed; none: by itself", "", true},
    SettingOption{"initialDelay",        "--initial-delay",        "seconds before the first registration (0)", "s"},
    SettingOption{"blocksOnFailure",     "--block-on-failure,!--no-block-on-failure", "while it does not have the device, those after it in the order wait (no)"},
    SettingOption{"bootstrapServer",     "--bootstrap-server,!--no-bootstrap-server", "it is a Bootstrap-Server (no)"},
    SettingOption{"clientHoldOff",       "--client-hold-off",      "seconds before a Bootstrap-Server is asked (0)", "s"},
    SettingOption{"bootstrapTimeout",    "--bootstrap-timeout",    "seconds after which its account is forgotten, 0 never (0)", "s"},
};

constexpr std::array deviceOptions{
    SettingOption{"endpointName",       "--endpoint",    "LwM2M endpoint name; none for the device's name", "", true},
    SettingOption{"profile",            "--profile",     "device profile, see causewayctl profiles"},
    SettingOption{"line",               "--line",        "line it is on, or none", "", true},
    SettingOption{"unitId",             "--unit",        "Modbus unit identifier (1)"},
    SettingOption{"baudRate",           "--baud-rate",   "bits per second instead of the line's, or none", "", true},
    SettingOption{"parity",             "--parity",      "none, even or odd instead of the line's; \"\" for the line's"},
    SettingOption{"stopBits",           "--stop-bits",   "1 or 2 instead of the line's, or none", "", true},
    SettingOption{"bleAddress",         "--ble",         "address of a Bluetooth device, instead of a line, see causewayctl ble scan; or none", "", true},
    SettingOption{"servers",            "--server",      "server account to register with; may be repeated; or none", "", true},
    SettingOption{"enabled",            "--enabled,!--disabled", "poll and register it (yes)"},
    SettingOption{"allowsServerWrites", "--allow-server-writes,!--no-allow-server-writes", "servers may write what the profile lets them (no)"},
    SettingOption{"pollPeriod",         "--poll-period", "milliseconds instead of the profile's own, or none", "ms", true},
    SettingOption{"position",           "--position",    "where it stands: degrees north, degrees east and, if known, metres of altitude (Object 6), or none", "", true},
};

// clang-format on

constexpr char fileType = 'f'; ///< octets (ay), which people have in files

template <typename Keys>
char typeIn(const Keys& keys, std::string_view key)
{
    for (const auto& row : keys) {
        if (row.name == key)
            return row.type == "ay" ? fileType : row.type.front();
    }
    return 's';
}

char typeOf(Kind kind, std::string_view key)
{
    switch (kind) {
    case Kind::Line:
        return typeIn(lineKeys(), key);
    case Kind::Server:
        return typeIn(serverKeys(), key);
    case Kind::Device:
        return typeIn(deviceKeys(), key);
    }
    return 's';
}

std::optional<std::int64_t> numberIn(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

} // namespace

std::span<const SettingOption> settingOptions(Kind kind)
{
    switch (kind) {
    case Kind::Line:
        return lineOptions;
    case Kind::Server:
        return serverOptions;
    case Kind::Device:
        return deviceOptions;
    }
    return {};
}

SettingOptions::SettingOptions(CLI::App& command, Kind kind)
{
    for (const auto& setting : settingOptions(kind)) {
        Row& row = rows_.emplace_back();
        row.key = setting.key;
        row.type = typeOf(kind, setting.key);
        row.mayBeAbsent = setting.mayBeAbsent;
        if (row.type == 'b')
            row.option = command.add_flag(setting.flags, row.flag, setting.help);
        else if (row.type == 'a')
            row.option = command.add_option(setting.flags, row.texts, setting.help)
                             ->allow_extra_args(false)
                             ->type_name("NAME");
        else
            row.option = command.add_option(setting.flags, row.texts, setting.help)
                             ->expected(1)
                             ->allow_extra_args(false)
                             ->type_name(row.type == fileType ? "FILE" : "VALUE");
    }
}

Dictionary SettingOptions::given() const
{
    Dictionary settings;
    for (const auto& row : rows_) {
        if (row.option->count() > 0)
            settings.emplace(row.key, valueOf(row));
    }
    return settings;
}

sdbus::Variant SettingOptions::valueOf(const Row& row)
{
    if (row.type == 'b')
        return sdbus::Variant(row.flag);
    const auto& text = row.texts.front();
    const bool isAbsent = row.mayBeAbsent && row.texts.size() == 1 && text == "none";
    if (row.type == 'a')
        return sdbus::Variant(isAbsent ? std::vector<std::string>() : row.texts);
    if (isAbsent)
        return sdbus::Variant(std::string()); // what D-Bus calls absent
    if (row.type == fileType)
        return sdbus::Variant(readPemFile(text));
    if (row.type == 's')
        return sdbus::Variant(text);
    if (const auto number = numberIn(text))
        return sdbus::Variant(*number);
    if (text == "none")
        throw Failure(base::ErrorKind::InvalidArgument,
                      row.option->get_name() + ": expected an integer; it cannot be absent");
    throw Failure(base::ErrorKind::InvalidArgument,
                  fmt::format("{}: \"{}\" is no number", row.option->get_name(), text));
}

} // namespace causeway::dbus::ctl
