// SPDX-License-Identifier: Apache-2.0
#include "agent/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agent/admission.hpp"
#include "agent/base/ini.hpp"
#include "agent/certificates/est_request.hpp"

namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::IniEntry;

namespace {

using Milliseconds = std::chrono::milliseconds;

template <typename Value>
Expected<Value> parse(const std::string& text);

template <>
Expected<std::string> parse(const std::string& text)
{
    return text;
}

template <>
Expected<std::filesystem::path> parse(const std::string& text)
{
    if (!std::filesystem::path(text).is_absolute())
        return fail(ErrorKind::InvalidArgument, fmt::format("\"{}\" is no absolute path", text));
    return std::filesystem::path(text);
}

template <>
Expected<std::vector<std::filesystem::path>> parse(const std::string& text)
{
    std::vector<std::filesystem::path> paths;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find(' ', begin), text.size());
        if (end > begin) {
            auto path = parse<std::filesystem::path>(text.substr(begin, end - begin));
            if (!path)
                return fail(path.error());
            paths.push_back(*path);
        }
        begin = end + 1;
    }
    return paths;
}

template <>
Expected<bool> parse(const std::string& text)
{
    constexpr std::array yes{"yes", "true", "on", "1"};
    constexpr std::array no{"no", "false", "off", "0"};
    if (std::ranges::find(yes, text) != yes.end())
        return true;
    if (std::ranges::find(no, text) != no.end())
        return false;
    return fail(ErrorKind::InvalidArgument, fmt::format("\"{}\" is neither yes nor no", text));
}

template <>
Expected<Milliseconds> parse(const std::string& text)
{
    constexpr std::array<std::pair<std::string_view, int>, 5> units{
        {{"ms", 1}, {"s", 1000}, {"", 1000}, {"min", 60'000}, {"h", 3'600'000}}};
    constexpr std::int64_t most = 365LL * 24 * 3600; // a year in any unit is a slip of the pen
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const auto known = std::ranges::find(units, unit, &std::pair<std::string_view, int>::first);
    if (error != std::errc() || known == units.end() || number < 0 || number > most)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("\"{}\" is no time span such as 500ms, 30s or 5min", text));
    return Milliseconds(number * known->second);
}

constexpr std::array<std::pair<std::string_view, log::Level>, 5> levels{
    {{"err", log::Level::Err},
     {"warning", log::Level::Warning},
     {"notice", log::Level::Notice},
     {"info", log::Level::Info},
     {"debug", log::Level::Debug}}};

template <>
Expected<log::Level> parse(const std::string& text)
{
    const auto known =
        std::ranges::find(levels, text, &std::pair<std::string_view, log::Level>::first);
    if (known == levels.end())
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("\"{}\" is none of err, warning, notice, info, debug", text));
    return known->second;
}

template <>
Expected<AddedObjects> parse(const std::string& text)
{
    constexpr std::array<std::pair<std::string_view, model::Id>, 4> known{
        {{"7", 7}, {"16", 16}, {"19", 19}, {"3442", 3442}}};
    AddedObjects objects;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const auto found =
            std::ranges::find(known, word, &std::pair<std::string_view, model::Id>::first);
        if (found == known.end())
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("\"{}\" is none of 7, 16, 19, 3442", word));
        objects.ids.push_back(found->second);
    }
    return objects;
}

bool isWord(std::string_view text, std::string_view others)
{
    const auto isLegal = [others](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, isLegal);
}

// LwM2M Core §6.2.1: a number in it would be an Object.
template <>
Expected<AlternatePath> parse(const std::string& text)
{
    const bool isNumber = text.find_first_not_of("0123456789") == std::string::npos;
    if (!text.empty() && (isNumber || !isWord(text, "-_")))
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("\"{}\" is no alternate path: one word of letters, digits, '-' and "
                                "'_', and no number",
                                text));
    return AlternatePath{text};
}

template <>
Expected<RegisterAttributes> parse(const std::string& text)
{
    constexpr std::size_t most = 8; // Register is to fit into one datagram with its endpoint name
    constexpr std::array<std::string_view, 7> own{"ep", "lt", "lwm2m", "b", "Q", "sms", "pid"};
    RegisterAttributes attributes;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const auto equals = std::min(word.find('='), word.size() - 1);
        const auto name = std::string_view(word).substr(0, equals);
        if (!isWord(name, "-_.") || !isWord(std::string_view(word).substr(equals + 1), "-_.:~+/"))
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("\"{}\" is no attribute of Register such as gw=site-7", word));
        if (std::ranges::find(own, name) != own.end())
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("\"{}\" is an attribute that the standard has", word));
        attributes.list.push_back(std::move(word));
    }
    if (attributes.list.size() > most)
        return fail(ErrorKind::InvalidArgument, fmt::format("at most {} attributes", most));
    return attributes;
}

std::string print(const AlternatePath& value)
{
    return value.segment;
}

std::string print(const RegisterAttributes& value)
{
    return fmt::format("{}", fmt::join(value.list, " "));
}

std::string print(const AddedObjects& value)
{
    return fmt::format("{}", fmt::join(value.ids, " "));
}

std::string print(const std::string& value)
{
    return value;
}

std::string print(const std::filesystem::path& value)
{
    return value.string();
}

std::string print(const std::vector<std::filesystem::path>& value)
{
    std::vector<std::string> texts;
    std::ranges::transform(
        value, std::back_inserter(texts), [](const auto& path) { return path.string(); });
    return fmt::format("{}", fmt::join(texts, " "));
}

std::string print(bool value)
{
    return value ? "yes" : "no";
}

std::string print(Milliseconds value)
{
    return value.count() % 1000 == 0 ? fmt::format("{}s", value.count() / 1000)
                                     : fmt::format("{}ms", value.count());
}

std::string print(log::Level value)
{
    return std::string(
        std::ranges::find(levels, value, &std::pair<std::string_view, log::Level>::second)->first);
}

/// One row: how a key is called, read into Settings and told to people.
struct Key
{
    std::string_view section;
    std::string_view name;
    Expected<void> (*set)(Settings&, const std::string& text);
    std::string (*show)(const Settings&);
    std::string_view description;
};

template <auto Member>
Expected<void> setMember(Settings& settings, const std::string& text)
{
    using Value = std::remove_reference_t<decltype(settings.*Member)>;
    auto value = parse<Value>(text);
    if (!value)
        return fail(value.error());
    settings.*Member = std::move(*value);
    return {};
}

/// What is tried or done again and again: with less the daemon would do nothing else.
template <auto Member>
Expected<void> setPeriod(Settings& settings, const std::string& text)
{
    constexpr std::chrono::seconds least(1);
    const auto value = parse<Milliseconds>(text);
    if (value && *value < least)
        return fail(ErrorKind::InvalidArgument, fmt::format("\"{}\" is less than a second", text));
    return setMember<Member>(settings, text);
}

/// The name of a device, or empty; whether it is there shows at run time.
template <auto Member>
Expected<void> setDevice(Settings& settings, const std::string& text)
{
    const auto admitted = text.empty() ? Expected<void>() : admitName("device", text);
    return admitted ? setMember<Member>(settings, text) : admitted;
}

/// A word that is kept in the database, or empty.
template <auto Member>
Expected<void> setWord(Settings& settings, const std::string& text)
{
    constexpr std::size_t longest = 64;
    if (!text.empty() && (text.size() > longest || !isWord(text, "-_.")))
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("\"{}\" is no word of letters, digits, '-', '_' and '.', at most "
                                "{}",
                                text.substr(0, longest),
                                longest));
    return setMember<Member>(settings, text);
}

template <auto Member>
std::string showMember(const Settings& settings)
{
    return print(settings.*Member);
}

template <auto Member>
constexpr Key key(std::string_view section, std::string_view name, std::string_view description)
{
    return {section, name, &setMember<Member>, &showMember<Member>, description};
}

template <auto Member>
constexpr Key
periodKey(std::string_view section, std::string_view name, std::string_view description)
{
    return {section, name, &setPeriod<Member>, &showMember<Member>, description};
}

template <auto Member>
constexpr Key
deviceKey(std::string_view section, std::string_view name, std::string_view description)
{
    return {section, name, &setDevice<Member>, &showMember<Member>, description};
}

template <auto Member>
constexpr Key wordKey(std::string_view section, std::string_view name, std::string_view description)
{
    return {section, name, &setWord<Member>, &showMember<Member>, description};
}

// clang-format off
constexpr std::array keys{
    key<&Settings::stateDirectory>("Gateway", "StateDirectory", "Where the database lives. One daemon at a time may use it."),
    key<&Settings::profileDirectories>("Gateway", "ProfileDirectories", "Where device profiles (*.toml) are looked for, separated by blanks; a profile of a later directory replaces one of the same name."),
    key<&Settings::objectDirectories>("Gateway", "ObjectDirectories", "Where Object definitions (*.xml, as the OMA registry publishes them) are looked for, separated by blanks; profiles may use them at once. Built-in Objects below 1024 cannot be replaced."),
    key<&Settings::logLevel>("Gateway", "LogLevel", "The least important messages to write: err, warning, notice, info or debug."),
    key<&Settings::startSpread>("Gateway", "StartSpread", "Registrations of all devices are spread over this time when the daemon starts, so that a server sees no storm."),
    key<&Settings::deregisterLimit>("Gateway", "DeregisterLimit", "How long stopping waits for servers to confirm de-registrations."),
    key<&Settings::listsDevices>("Gateway", "ListDevices", "Show the servers of the gateway's own client (profile gateway) which devices are behind it: Object 25, to read."),
    key<&Settings::allowsReboot>("Gateway", "AllowReboot", "Let the servers of the gateway's own client (profile gateway) reboot the machine: Execute of /3/0/4, by logind if polkit allows it."),
    key<&Settings::addedObjects>("Client", "Objects", "Objects that every device has besides those of its profile, separated by blanks: 7 (Connectivity Statistics: what the device's own sessions have carried), and for servers to create instances and keep things in 16 (Portfolio), 19 (BinaryAppDataContainer) and 3442 (the OMA test object with all data types, which forgets at a restart)."),
    key<&Settings::alternatePath>("Client", "AlternatePath", "Below which path servers find the Objects of a device: with lwm2m, Object 3 is /lwm2m/3. One word that is no number; empty means the root. Bootstrap-Servers always find them at the root."),
    key<&Settings::registerAttributes>("Client", "RegisterAttributes", "What every device tells in Register beside what the standard has, NAME=VALUE, separated by blanks: with gw=site-7 a server can find all devices of this gateway."),
    key<&Settings::tcti>("KeyStore", "Tcti", "How the TPM is reached: device:/dev/tpmrm0, or swtpm:host=…,port=… for tests."),
    key<&Settings::allowsSoftwareKey>("KeyStore", "AllowSoftwareKey", "Take the key-encryption key from the systemd credential \"kek\" instead of the TPM."),
    periodKey<&Settings::keyStoreRetry>("KeyStore", "RetryPeriod", "How often a locked key store tries to open again."),
    key<&Settings::allowsNoSec>("Network", "AllowNoSec", "Let server accounts use plain coap:// and coap+tcp:// without any protection, and devices fetch firmware by them and by http://."),
    periodKey<&Settings::sessionLimit>("Network", "SessionLimit", "How long one full DTLS handshake serves: its session, and those that are resumed from it."),
    key<&Settings::trustStore>("Security", "TrustStore", "A file with the certificates (PEM) of the authorities that this gateway trusts by itself. Server accounts whose certificate usage is ca-constraint or service-certificate need it, and TrustRepositories. It is read again when it has changed."),
    key<&Settings::acceptsUnsetClock>("Security", "AcceptUnsetClock", "Accept servers' certificates whatever their dates while the clock shows a year before this program's; otherwise they are refused until the clock is set."),
    key<&Settings::trustsRepositories>("Security", "TrustRepositories", "Let devices fetch firmware by https:// also from hosts that none of their server accounts is for, if TrustStore vouches for them; the device shows nothing of itself there. Otherwise only from hosts of their accounts, with the account's credentials."),
    key<&Settings::expiryNotice>("Security", "ExpiryNotice", "How long before a device's certificate ends it is announced, once a day."),
    key<&Settings::estServer>("Security", "EstServer", "Where devices' certificates are renewed before they end: an EST server (RFC 9148), coaps://host[:port][/path], whose operation sren is asked with the certificate that is to be renewed; without a path /.well-known/est is meant. Empty: nowhere."),
    key<&Settings::estAuthority>("Security", "EstAuthority", "A file with the certificate (PEM or DER) of the authority that vouches for the EST server; no other is trusted for it."),
    key<&Settings::renewBefore>("Security", "RenewBefore", "How long before a device's certificate ends it is renewed at the EST server; one that lives no longer than three times that, when two thirds of its time are over. Longer than ExpiryNotice, or it is announced first."),
    deviceKey<&Settings::cardDevice>("Smartcard", "Device", "The device whose server accounts and keys are on a smartcard (Bootstrap from Smartcard): it registers with the accounts on the card as long as the card is in the reader, and with those that it has otherwise without. Empty: no card is looked for."),
    key<&Settings::card>("Smartcard", "Card", "Label or serial number of the card that is meant. Empty: the first with LwM2M bootstrap information."),
    wordKey<&Settings::pinAttempt>("Smartcard", "PinAttempt", "Any word, such as today's date. A card that counts as one that has refused its PIN is given it once more, without being taken out, when the daemon starts with another word than the PIN was tried with. For who has seen that the credential is right, and is far away."),
    key<&Settings::cardModule>("Smartcard", "Module", "The PKCS#11 module by which the card is read, a file or a name that the dynamic linker finds. That of OpenSC comes with the package opensc-pkcs11 and wants pcscd."),
    key<&Settings::cardProgram>("Smartcard", "Program", "The program of this package that reads the card."),
    key<&Settings::busAddress>("Bus", "Address", "The D-Bus address to serve on; empty means the system bus."),
};

// clang-format on

/// What has been read so far, and where each key has been set last.
struct Reading
{
    Settings settings;
    std::map<std::string_view, std::string> places;
};

Expected<void> checkSection(const IniEntry& entry)
{
    if (std::ranges::find(keys, entry.section, &Key::section) != keys.end())
        return {};
    return fail(ErrorKind::InvalidArgument,
                fmt::format("{}: there is no section [{}]", entry.place(), entry.section));
}

Expected<void> apply(Reading& reading, const IniEntry& entry)
{
    if (entry.key.empty())
        return checkSection(entry);
    const auto known = std::ranges::find_if(keys, [&](const Key& key) {
        return key.section == entry.section && key.name == entry.key;
    });
    if (known == keys.end())
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{}: there is no setting {} in section [{}]",
                                entry.place(),
                                entry.key,
                                entry.section));
    auto set = known->set(reading.settings, entry.value);
    if (!set)
        return fail(set.error().in(fmt::format("{}: {}", entry.place(), entry.key)));
    reading.places[known->name] = entry.place();
    return {};
}

Expected<void> checkEstServer(const Reading& reading)
{
    if (reading.settings.estServer.empty())
        return {};
    if (const auto server = parseEstServer(reading.settings.estServer); !server)
        return fail(server.error().in(reading.places.at("EstServer")));
    return {};
}

/// The authority's default need not be there for nobody.
Expected<void> checkEstAuthority(const Reading& reading)
{
    const auto place = reading.places.find("EstAuthority");
    const bool isSet = place != reading.places.end();
    if (reading.settings.estServer.empty() && !isSet)
        return {};
    if (const auto authority = readEstAuthority(reading.settings.estAuthority); !authority)
        return fail(authority.error().in(isSet ? place->second : reading.places.at("EstServer")));
    return {};
}

Expected<void> applyFile(Reading& reading, const std::filesystem::path& file)
{
    const auto entries = base::readIni(file);
    if (!entries)
        return fail(entries.error());
    for (const auto& entry : *entries) {
        if (auto applied = apply(reading, entry); !applied)
            return applied;
    }
    return {};
}

std::vector<std::filesystem::path> dropIns(const std::filesystem::path& directory)
{
    std::vector<std::filesystem::path> files;
    std::error_code ignored; // no directory, no drop-ins
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
        if (entry.path().extension() == ".conf")
            files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

Expected<Reading> readFiles(const std::filesystem::path& file, bool isOptional)
{
    Reading reading;
    std::error_code ignored;
    if (!isOptional || std::filesystem::exists(file, ignored)) {
        if (auto applied = applyFile(reading, file); !applied)
            return fail(applied.error());
    }
    for (const auto& dropIn : dropIns(file.string() + ".d")) {
        if (auto applied = applyFile(reading, dropIn); !applied)
            return fail(applied.error());
    }
    if (auto est = checkEstServer(reading); !est)
        return fail(est.error());
    return reading;
}

} // namespace

Expected<Settings> readSettings(const std::filesystem::path& file, bool isOptional)
{
    auto reading = readFiles(file, isOptional);
    if (!reading)
        return fail(reading.error());
    return std::move(reading->settings);
}

Expected<void> checkSettings(const std::filesystem::path& file, bool isOptional)
{
    const auto reading = readFiles(file, isOptional);
    if (!reading)
        return fail(reading.error());
    return checkEstAuthority(*reading);
}

std::vector<SettingDescription> describeSettings()
{
    const Settings defaults;
    std::vector<SettingDescription> descriptions;
    descriptions.reserve(keys.size());
    for (const auto& key : keys)
        descriptions.push_back({std::string(key.section),
                                std::string(key.name),
                                key.show(defaults),
                                std::string(key.description)});
    return descriptions;
}

} // namespace causeway::agent
