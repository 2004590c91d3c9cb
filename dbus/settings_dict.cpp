// SPDX-License-Identifier: Apache-2.0
#include "dbus/settings_dict.hpp"

#include "dbus/wire_words.hpp"

namespace causeway::dbus {

using api::DeviceSettings;
using api::LineSettings;
using api::ServerSettings;
using base::ErrorKind;
using base::Expected;
using base::fail;

template <>
struct Words<LineSettings::Kind>
{
    static constexpr std::array words{
        Word<LineSettings::Kind>{LineSettings::Kind::Rtu, "rtu"},
        Word<LineSettings::Kind>{LineSettings::Kind::Tcp, "tcp"},
        Word<LineSettings::Kind>{LineSettings::Kind::RtuOverTcp, "rtu-over-tcp"},
    };
};

template <>
struct Words<LineSettings::Parity>
{
    static constexpr std::array words{
        Word<LineSettings::Parity>{LineSettings::Parity::None, "none"},
        Word<LineSettings::Parity>{LineSettings::Parity::Even, "even"},
        Word<LineSettings::Parity>{LineSettings::Parity::Odd, "odd"},
    };
};

template <>
struct Words<LineSettings::Rs485>
{
    static constexpr std::array words{
        Word<LineSettings::Rs485>{LineSettings::Rs485::None, "none"},
        Word<LineSettings::Rs485>{LineSettings::Rs485::RtsOnSend, "rts-on-send"},
        Word<LineSettings::Rs485>{LineSettings::Rs485::RtsAfterSend, "rts-after-send"},
    };
};

std::optional<std::int64_t> integerOf(const sdbus::Variant& variant)
{
    const auto value = toValue(variant);
    if (!value)
        return std::nullopt;
    if (const auto* number = std::get_if<std::int64_t>(&*value))
        return *number;
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    if (const auto* number = std::get_if<std::uint64_t>(&*value))
        return static_cast<std::int64_t>(std::min(*number, largest));
    return std::nullopt;
}

namespace {

// More than any struct has keys, and little to search.
constexpr std::size_t mostKeys = 64;

template <typename Member>
struct MemberTraits;

template <typename Struct, typename Field>
struct MemberTraits<Field Struct::*>
{
    using Settings = Struct;
    using Type = Field;
};

template <typename Field>
void put(Dictionary& dictionary, const char* name, const Field& field)
{
    dictionary.emplace(name, Wire<Field>::put(field));
}

template <typename Field>
void put(Dictionary& dictionary, const char* name, const std::optional<Field>& field)
{
    if (field)
        put(dictionary, name, *field);
}

template <std::size_t Size>
struct Name
{
    constexpr Name(const char (&text)[Size]) { std::copy_n(text, Size, characters); } // NOLINT

    char characters[Size]{}; // NOLINT: a template argument must be of literal type
};

/// A row of the table: the member and its key give the rest.
template <auto Member, Name name>
constexpr auto row()
{
    using Settings = typename MemberTraits<decltype(Member)>::Settings;
    using Field = typename MemberTraits<decltype(Member)>::Type;
    return SettingsKey<Settings>{
        name.characters,
        Wire<Field>::type,
        [](const Settings& settings, Dictionary& dictionary) {
            put(dictionary, name.characters, settings.*Member);
        },
        [](Settings& settings, const sdbus::Variant& value) -> Expected<void> {
            return Wire<Field>::take(value).map(
                [&](auto&& field) { settings.*Member = std::forward<decltype(field)>(field); });
        }};
}

/// The same where not all numbers of the type can be.
template <auto Member, Name name, std::int64_t least, std::int64_t most>
constexpr auto rangeRow()
{
    using Settings = typename MemberTraits<decltype(Member)>::Settings;
    auto key = row<Member, name>();
    key.set = [](Settings& settings, const sdbus::Variant& value) -> Expected<void> {
        const auto number = integerOf(value);
        if (number && (*number < least || *number > most))
            return fail(
                ErrorKind::InvalidArgument,
                fmt::format("expected an integer from {} to {}, got {}", least, most, *number));
        return row<Member, name>().set(settings, value);
    };
    return key;
}

/// The same for a member of a member: ServerSettings::identity, DeviceSettings::serial.
template <auto Part, auto Member, Name name>
constexpr auto partRow()
{
    using Settings = typename MemberTraits<decltype(Part)>::Settings;
    using Field = typename MemberTraits<decltype(Member)>::Type;
    return SettingsKey<Settings>{
        name.characters,
        Wire<Field>::type,
        [](const Settings& settings, Dictionary& dictionary) {
            put(dictionary, name.characters, settings.*Part.*Member);
        },
        [](Settings& settings, const sdbus::Variant& value) -> Expected<void> {
            return Wire<Field>::take(value).map([&](auto&& field) {
                settings.*Part.*Member = std::forward<decltype(field)>(field);
            });
        }};
}

// clang-format off
constexpr std::array lineTable{
    row<&LineSettings::kind,             "kind">(),
    row<&LineSettings::serialPort,       "serialPort">(),
    row<&LineSettings::baudRate,         "baudRate">(),
    row<&LineSettings::parity,           "parity">(),
    rangeRow<&LineSettings::stopBits,    "stopBits", 1, 2>(),
    row<&LineSettings::rs485,            "rs485">(),
    row<&LineSettings::rs485DelayBefore, "rs485DelayBefore">(),
    row<&LineSettings::rs485DelayAfter,  "rs485DelayAfter">(),
    row<&LineSettings::host,             "host">(),
    rangeRow<&LineSettings::port,        "port", 1, 65535>(),
    row<&LineSettings::responseTimeout,  "responseTimeout">(),
    row<&LineSettings::extraSilence,     "extraSilence">(),
    row<&LineSettings::localEcho,        "localEcho">(),
};

constexpr std::array serverTable{
    row<&ServerSettings::uri,                 "uri">(),
    row<&ServerSettings::securityMode,        "securityMode">(),
    rangeRow<&ServerSettings::shortServerId,  "shortServerId", 1, 65534>(),
    row<&ServerSettings::lifetime,            "lifetime">(),
    row<&ServerSettings::defaultPmin,         "defaultPmin">(),
    row<&ServerSettings::defaultPmax,         "defaultPmax">(),
    row<&ServerSettings::disableTimeout,      "disableTimeout">(),
    row<&ServerSettings::storesNotifications, "storesNotifications">(),
    row<&ServerSettings::notifiesConfirmable, "notifiesConfirmable">(),
    row<&ServerSettings::lwm2mVersion,        "lwm2mVersion">(),
    row<&ServerSettings::queueMode,           "queueMode">(),
    row<&ServerSettings::awakeTime,           "awakeTime">(),
    row<&ServerSettings::allowsCbcWithoutEtm, "allowsCbcWithoutEtm">(),
    row<&ServerSettings::cipherSuites,        "cipherSuites">(),
    partRow<&ServerSettings::identity, &api::ServerIdentity::publicKey,        "serverPublicKey">(),
    partRow<&ServerSettings::identity, &api::ServerIdentity::matchingType,     "matchingType">(),
    partRow<&ServerSettings::identity, &api::ServerIdentity::certificateUsage, "certificateUsage">(),
    partRow<&ServerSettings::identity, &api::ServerIdentity::serverName,       "serverName">(),
    row<&ServerSettings::retryCount,          "retryCount">(),
    row<&ServerSettings::retryTimer,          "retryTimer">(),
    row<&ServerSettings::sequenceDelay,       "sequenceDelay">(),
    row<&ServerSettings::sequenceRetryCount,  "sequenceRetryCount">(),
    row<&ServerSettings::bootstrapsOnFailure, "bootstrapsOnFailure">(),
    row<&ServerSettings::registrationOrder,   "registrationOrder">(),
    row<&ServerSettings::initialDelay,        "initialDelay">(),
    row<&ServerSettings::blocksOnFailure,     "blocksOnFailure">(),
    row<&ServerSettings::isBootstrap,         "bootstrapServer">(),
    row<&ServerSettings::clientHoldOff,       "clientHoldOff">(),
    row<&ServerSettings::bootstrapTimeout,    "bootstrapTimeout">(),
};

constexpr std::array deviceTable{
    row<&DeviceSettings::endpointName,       "endpointName">(),
    row<&DeviceSettings::profile,            "profile">(),
    row<&DeviceSettings::line,               "line">(),
    row<&DeviceSettings::unitId,             "unitId">(),
    partRow<&DeviceSettings::serial, &api::SerialMode::baudRate, "baudRate">(),
    partRow<&DeviceSettings::serial, &api::SerialMode::parity,   "parity">(),
    partRow<&DeviceSettings::serial, &api::SerialMode::stopBits, "stopBits">(),
    row<&DeviceSettings::bleAddress,         "bleAddress">(),
    row<&DeviceSettings::servers,            "servers">(),
    row<&DeviceSettings::isEnabled,          "enabled">(),
    row<&DeviceSettings::allowsServerWrites, "allowsServerWrites">(),
    row<&DeviceSettings::pollPeriod,         "pollPeriod">(),
    row<&DeviceSettings::position,           "position">(),
};

// clang-format on

template <typename Table>
std::string namesIn(const Table& table)
{
    std::string list;
    for (const auto& key : table)
        list.append(list.empty() ? "" : ", ").append(key.name);
    return list;
}

template <typename Settings, typename Table>
Dictionary gather(const Table& table, const Settings& settings)
{
    Dictionary dictionary;
    for (const auto& key : table)
        key.get(settings, dictionary);
    return dictionary;
}

template <typename Settings, typename Table>
Expected<Settings> apply(const Table& table, Settings settings, const Dictionary& changes)
{
    if (changes.size() > mostKeys)
        return fail(ErrorKind::LimitExceeded, fmt::format("at most {} settings", mostKeys));
    for (const auto& [name, value] : changes) {
        const auto key = std::ranges::find(table, name, &SettingsKey<Settings>::name);
        if (key == table.end())
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("there is no setting \"{}\"; there are {}",
                                    name.substr(0, mostText),
                                    namesIn(table)));
        if (auto set = key->set(settings, value); !set)
            return fail(set.error().in(name));
    }
    return settings;
}

} // namespace

std::span<const SettingsKey<LineSettings>> lineKeys()
{
    return lineTable;
}

std::span<const SettingsKey<ServerSettings>> serverKeys()
{
    return serverTable;
}

std::span<const SettingsKey<DeviceSettings>> deviceKeys()
{
    return deviceTable;
}

Dictionary toDictionary(const LineSettings& settings)
{
    return gather(lineTable, settings);
}

Dictionary toDictionary(const ServerSettings& settings)
{
    return gather(serverTable, settings);
}

Dictionary toDictionary(const DeviceSettings& settings)
{
    return gather(deviceTable, settings);
}

Expected<LineSettings> changed(LineSettings settings, const Dictionary& changes)
{
    return apply(lineTable, std::move(settings), changes);
}

Expected<ServerSettings> changed(ServerSettings settings, const Dictionary& changes)
{
    return apply(serverTable, std::move(settings), changes);
}

Expected<DeviceSettings> changed(DeviceSettings settings, const Dictionary& changes)
{
    return apply(deviceTable, std::move(settings), changes);
}

} // namespace causeway::dbus
