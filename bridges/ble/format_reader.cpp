// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/format_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "bridges/ble/advertisement.hpp"
#include "bridges/point_reader.hpp"
#include "bridges/profile_words.hpp"

namespace causeway::bridges::ble {

namespace {

/// More has no AD structure of an advertisement, extended ones included: one octet says how long it
/// is with its type, and two are the company's or the service's (Core 5.4 Vol 3 Part C §11).
constexpr std::int64_t mostOctets = 252;
constexpr std::int64_t mostShortObject = 0xFF; ///< identifier of one octet
constexpr std::int64_t mostObject = 0xFFFF;
constexpr std::int64_t mostOccurrences = 255;
constexpr std::int64_t mostPart = 1'000'000'000;
/// A day; longer than that nobody waits for a sensor.
constexpr std::int64_t mostSilence = 86'400;

/// An event that lasts shorter no server sees as a state, and after a minute it is none any more.
constexpr std::int64_t shortestEvent = 100;
constexpr std::int64_t longestEvent = 60'000;

constexpr std::array byteOrderWords{
    Choice<bool>{"big", true},
    Choice<bool>{"little", false},
};

constexpr std::array othersWords{
    Choice<bool>{"end", false},
    Choice<bool>{"counted", true},
};

constexpr std::array encryptionWords{
    Choice<Encryption>{"none", Encryption::None},
    Choice<Encryption>{"bthome-v2", Encryption::BthomeV2},
    Choice<Encryption>{"mibeacon", Encryption::MiBeacon},
    Choice<Encryption>{"pvvx", Encryption::Pvvx},
};

std::uint16_t octetsOf(const TypeWord& word)
{
    if (word.type == modbus::RawType::Bit)
        return 1;
    if (word.width != 0)
        return static_cast<std::uint16_t>(word.width / 8);
    return static_cast<std::uint16_t>(2 * modbus::wordsOf(word.type));
}

Counter readCounter(ProfileTable table, bool isTlv)
{
    Counter counter;
    if (isTlv)
        counter.object = static_cast<std::uint16_t>(table.requiredInteger("object", 0, mostObject));
    counter.at = static_cast<std::uint16_t>(table.integer("at", 0, mostOctets).value_or(0));
    counter.octets = static_cast<std::uint16_t>(table.integer("octets", 1, 8).value_or(1));
    table.refuseOthers();
    return counter;
}

/// How many octets there are to find a value in, and who has them.
struct Room
{
    std::size_t octets = 0;
    std::string whose;
};

Room roomOf(const std::vector<std::uint16_t>& lengths, std::int64_t most, const std::string& whose)
{
    if (lengths.empty())
        return {static_cast<std::size_t>(most), whose};
    return {*std::ranges::max_element(lengths), "length is"};
}

Room roomOf(const Place& place, const FormatDefaults& defaults)
{
    if (defaults.isCharacteristic)
        return roomOf(defaults.lengths, mostCharacteristicOctets, "a characteristic has");
    if (!place.object || !defaults.tlv)
        return roomOf(defaults.lengths, mostOctets, "a payload has");
    const auto& objects = defaults.tlv->lengths;
    const auto known = objects.find(*place.object);
    const bool isFixed = known != objects.end() && known->second != 0;
    return {isFixed ? known->second : static_cast<std::size_t>(mostOctets),
            fmt::format("object 0x{:02x} has", *place.object)};
}

void checkReach(ProfileTable& table, std::string_view key, std::size_t end, const Room& room)
{
    if (end > room.octets)
        table.complain(
            key,
            fmt::format(
                "{} reaches to octet {}, and {} {} at most", key, end, room.whose, room.octets));
}

void checkFlag(ProfileTable& table,
               std::string_view key,
               const std::optional<Flag>& flag,
               const Room& room)
{
    if (flag)
        checkReach(table, key, std::size_t{flag->at} + 1, room);
}

void checkField(ProfileTable& table, const Field& field, const FormatDefaults& defaults)
{
    const Place& place = field.place;
    const Room room = roomOf(place, defaults);
    checkReach(table, "at", std::size_t{place.at} + place.octets, room);
    checkFlag(table, "when", field.when, room);
    checkFlag(table, "invalid", field.invalid, room);
    const auto& encoding = field.point.encoding;
    const std::size_t bits = std::size_t{8} * place.octets;
    if (table.has("first-bit") && std::size_t{encoding.shift} + encoding.width > bits)
        table.complain("first-bit",
                       fmt::format("first-bit and bits reach to bit {}, and the value has {}",
                                   encoding.shift + encoding.width,
                                   bits));
}

constexpr std::string_view commandWord = "command";

std::optional<std::uint8_t> lengthIn(const std::string& text)
{
    if (text == "counted" || text == commandWord)
        return std::uint8_t{0};
    std::uint8_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size() || length == 0)
        return std::nullopt;
    return length;
}

TlvLayout readTlv(ProfileTable table)
{
    TlvLayout layout;
    layout.first = static_cast<std::uint16_t>(table.integer("first", 0, mostOctets).value_or(0));
    layout.identifierOctets =
        static_cast<std::uint8_t>(table.integer("identifier-octets", 1, 2).value_or(1));
    const std::int64_t most = layout.identifierOctets == 2 ? mostObject : mostShortObject;
    for (const auto& [object, text] : table.numberedScalars("lengths")) {
        const auto length = lengthIn(text);
        if (object < 0 || object > most || !length)
            table.complain("lengths",
                           fmt::format("{} = {}: an object is 0 to {}, its length 1 to 255, "
                                       "\"counted\" or \"command\"",
                                       object,
                                       text,
                                       most));
        layout.lengths.emplace(static_cast<std::uint16_t>(object), length.value_or(1));
        if (text == commandWord)
            layout.commands.insert(static_cast<std::uint16_t>(object));
    }
    layout.countsOthers = table.choice("others", all(othersWords)).value_or(false);
    if (layout.lengths.empty() && !layout.countsOthers)
        table.complain("lengths", "lengths is missing");
    table.refuseOthers();
    return layout;
}

void readMatch(ProfileTable& table, AdvertisementFormat& format)
{
    if (const auto company = table.integer("company", 0, 0xFFFF))
        format.company = static_cast<std::uint16_t>(*company);
    if (const auto service = table.text("service")) {
        if (const auto uuid = canonicalUuid(*service))
            format.service = *uuid;
        else
            table.complain("service", fmt::format("\"{}\" is no UUID", *service));
    }
    if (format.company.has_value() == table.has("service"))
        table.complain("company", "a format has either a company or a service");
    for (const std::int64_t length : table.integers("length")) {
        if (length < 1 || length > mostOctets)
            table.complain("length", fmt::format("a length is 1 to {}", mostOctets));
        format.lengths.push_back(static_cast<std::uint16_t>(length));
    }
    if (const auto prefix = table.text("prefix")) {
        const auto octets = base::fromHex(*prefix);
        if (!octets || octets->empty())
            table.complain("prefix", "prefix must be octets in hexadecimal");
        format.prefix = octets.value_or(base::Bytes());
    }
    format.namePrefix = table.text("name").value_or("");
}

void readPart(ProfileTable& table, Field& field)
{
    field.modulo = static_cast<std::uint32_t>(table.integer("modulo", 2, mostPart).value_or(0));
    field.divide = static_cast<std::uint32_t>(table.integer("divide", 2, mostPart).value_or(1));
    const bool isPart = field.modulo != 0 || field.divide != 1;
    if (!isPart)
        return;
    if (!modbus::isBinary(field.point.encoding.type))
        table.complain("divide", "only a whole number is divided");
    field.sentinels = std::exchange(field.point.encoding.sentinels, {});
}

Place readPlace(ProfileTable& table, const FormatDefaults& defaults)
{
    Place place;
    if (defaults.isTlv) {
        place.object = static_cast<std::uint16_t>(table.requiredInteger("object", 0, mostObject));
        place.occurrence =
            static_cast<std::uint8_t>(table.integer("occurrence", 0, mostOccurrences).value_or(0));
        place.at = static_cast<std::uint16_t>(table.integer("at", 0, mostOctets).value_or(0));
    } else if (defaults.isCharacteristic) {
        place.at = static_cast<std::uint16_t>(
            table.integer("at", 0, mostCharacteristicOctets - 1).value_or(0));
    } else {
        place.at = static_cast<std::uint16_t>(table.requiredInteger("at", 0, mostOctets));
    }
    place.isBigEndian = readsBigEndian(table).value_or(defaults.isBigEndian);
    return place;
}

Flag readFlag(ProfileTable table)
{
    Flag flag;
    flag.at = static_cast<std::uint16_t>(table.integer("at", 0, mostOctets).value_or(0));
    if (const auto equals = table.integer("equals", 0, 0xFF)) {
        flag.mask = static_cast<std::uint8_t>(table.integer("mask", 1, 0xFF).value_or(0xFF));
        flag.wanted = static_cast<std::uint8_t>(*equals);
        if ((flag.wanted & ~flag.mask) != 0)
            table.complain("equals", "equals has bits that mask has not");
    } else {
        flag.mask = static_cast<std::uint8_t>(1U << table.requiredInteger("bit", 0, 7));
        flag.wanted = table.flag("set").value_or(true) ? flag.mask : std::uint8_t{0};
    }
    table.refuseOthers();
    return flag;
}

/// What belongs to the sum goes from its first number to `whole`.
void splitSum(ProfileTable& table, Field& field, double unitFactor)
{
    modbus::Encoding& own = field.point.encoding;
    if (!own.meanings.empty())
        table.complain("enum", "only numbers are added, or have their sign elsewhere");
    modbus::Point whole;
    whole.valueType = field.point.valueType;
    whole.encoding.type = modbus::RawType::F64;
    whole.encoding.words = modbus::wordsOf(modbus::RawType::F64);
    whole.encoding.scale = unitFactor;
    whole.encoding.offset = std::exchange(own.offset, 0.0);
    whole.encoding.decimals = std::exchange(own.decimals, std::nullopt);
    whole.encoding.valid = std::exchange(own.valid, std::nullopt);
    own.scale /= unitFactor;
    field.whole = std::move(whole);
}

Field readOneField(ProfileTable& table,
                   const model::ResourceDefinition& definition,
                   const std::optional<std::string>& units,
                   const FormatDefaults& defaults)
{
    Field field;
    field.place = readPlace(table, defaults);
    Place& place = field.place;
    const PointDefaults none;
    PointReader reader(table, none);
    field.point = reader.readField(definition, units);
    const auto word = table.choice("type", all(typeWords)).value_or(TypeWord{});
    place.octets = octetsOf(word);
    if (word.type == modbus::RawType::String)
        place.octets =
            static_cast<std::uint16_t>(table.integer("octets", 1, mostTextOctets).value_or(1));
    if (word.type == modbus::RawType::Bit && field.point.encoding.shift > 7)
        table.complain("bit", "a bit of an octet is 0 to 7");
    readPart(table, field);
    table.table("when", [&](ProfileTable inner) { field.when = readFlag(std::move(inner)); });
    table.table("invalid", [&](ProfileTable inner) { field.invalid = readFlag(std::move(inner)); });
    checkField(table, field, defaults);
    if (table.has("plus") || table.has("negative"))
        splitSum(table, field, reader.unitFactor());
    return field;
}

/// A number in two pieces, each with its own octets.
Field readSum(ProfileTable& table,
              const model::ResourceDefinition& definition,
              const std::optional<std::string>& units,
              const FormatDefaults& defaults)
{
    Field field = readOneField(table, definition, units, defaults);
    table.table("negative", [&](ProfileTable inner) {
        if (definition.type != model::ResourceType::Float)
            inner.complain("", "only a Float has its sign elsewhere");
        field.negative = readFlag(std::move(inner));
    });
    checkFlag(table, "negative", field.negative, roomOf(field.place, defaults));
    table.table("plus", [&](ProfileTable inner) {
        if (definition.type != model::ResourceType::Float)
            inner.complain("", "only a Float is a sum");
        field.plus.push_back(readOneField(inner, definition, std::nullopt, defaults));
        inner.refuseOthers();
    });
    return field;
}

bool isNumber(model::ResourceType type)
{
    return type == model::ResourceType::Integer || type == model::ResourceType::UnsignedInteger ||
           type == model::ResourceType::Float;
}

/// Of what is advertised only: what is read from a characteristic is a state.
void readEvent(ProfileTable& table, model::ResourceType type, Source& source)
{
    if (const auto lasts = table.integer("lasts-ms", shortestEvent, longestEvent)) {
        source.lasts = std::chrono::milliseconds(*lasts);
        if (!isNumber(type) && type != model::ResourceType::Boolean)
            table.complain("lasts-ms", "only what is true or false, or a number, is over");
    }
    source.isCounted = table.flag("counts").value_or(false);
    if (source.isCounted && !isNumber(type))
        table.complain("counts", "only a Resource that is a number counts");
    if (source.isCounted && source.lasts.count() > 0)
        table.complain("counts", "a count is not over: either counts or lasts-ms");
}

} // namespace

std::optional<bool> readsBigEndian(ProfileTable& table)
{
    return table.choice("byte-order", all(byteOrderWords));
}

AdvertisementFormat readFormat(ProfileTable table, FormatDefaults& defaults)
{
    AdvertisementFormat format;
    readMatch(table, format);
    defaults.isBigEndian = readsBigEndian(table).value_or(false);
    table.table("tlv", [&](ProfileTable inner) { format.tlv = readTlv(std::move(inner)); });
    defaults.isTlv = format.tlv.has_value();
    defaults.lengths = format.lengths;
    defaults.tlv = format.tlv;
    const Room whole = roomOf(format.lengths, mostOctets, "a payload has");
    checkReach(table, "prefix", format.prefix.size(), whole);
    table.table("counter", [&](ProfileTable inner) {
        format.counter = readCounter(std::move(inner), defaults.isTlv);
    });
    if (format.counter) {
        const Place place{format.counter->object, 0, 0, 1, false};
        checkReach(table,
                   "counter",
                   std::size_t{format.counter->at} + format.counter->octets,
                   roomOf(place, defaults));
    }
    format.encryption = table.choice("encryption", all(encryptionWords)).value_or(Encryption::None);
    format.isHeardPassively = table.flag("passive").value_or(false);
    if (const auto silence = table.integer("lost-after-s", 1, mostSilence))
        format.lostAfter = std::chrono::seconds(*silence);
    table.refuseOthers();
    return format;
}

Source readSource(ProfileTable& table,
                  const model::ResourceDefinition& definition,
                  const std::optional<std::string>& units,
                  const FormatDefaults& defaults)
{
    Source source;
    source.fields.push_back(readSum(table, definition, units, defaults));
    table.eachTable("also", [&](ProfileTable inner) {
        source.fields.push_back(readSum(inner, definition, units, defaults));
        inner.refuseOthers();
    });
    if (!defaults.isCharacteristic)
        readEvent(table, definition.type, source);
    return source;
}

std::string describe(const Source& source)
{
    if (source.isSignalStrength)
        return "signal strength of the advertisements";
    const Field& field = source.fields.front();
    if (source.reading)
        return fmt::format("characteristic {}, {}{}",
                           shortUuid(source.reading->characteristic.uuid),
                           modbus::toString(field.point.encoding.type),
                           source.reading->isElsePolled ? ", notified if possible"
                           : source.reading->isNotified ? ", notified"
                                                        : "");
    std::string text = field.place.object ? fmt::format("object 0x{:02x}", *field.place.object)
                                          : fmt::format("octet {}", field.place.at);
    text += fmt::format(", {}", modbus::toString(field.point.encoding.type));
    for (std::size_t i = 1; i < source.fields.size(); ++i) {
        if (const auto& object = source.fields[i].place.object)
            text += fmt::format(", or object 0x{:02x}", *object);
    }
    return text;
}

} // namespace causeway::bridges::ble
