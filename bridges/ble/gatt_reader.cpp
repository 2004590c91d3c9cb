// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/gatt_reader.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "bridges/ble/advertisement.hpp"
#include "bridges/ble/gatt_values.hpp"
#include "bridges/profile_words.hpp"

namespace causeway::bridges::ble {

using modbus::RawType;

namespace {

/// Faster than this a peripheral should tell by itself; slower than a day nobody means.
constexpr std::int64_t shortestPeriod = 100;
constexpr std::int64_t longestPeriod = 86'400'000;
constexpr std::int64_t mostOccurrences = 255;
constexpr std::int64_t longestAbsence = 86'400;

std::string readUuid(ProfileTable& table, std::string_view key)
{
    const auto text = table.text(key);
    if (!text)
        return {};
    const auto uuid = canonicalUuid(*text);
    if (!uuid)
        table.complain(key, fmt::format("\"{}\" is no UUID", *text));
    return uuid.value_or("");
}

CharacteristicName readName(ProfileTable& table)
{
    if (!table.has("characteristic"))
        table.complain("characteristic", "characteristic is missing");
    CharacteristicName name;
    name.service = readUuid(table, "service");
    name.uuid = readUuid(table, "characteristic");
    name.occurrence =
        static_cast<std::uint8_t>(table.integer("occurrence", 0, mostOccurrences).value_or(0));
    return name;
}

void readNotify(ProfileTable& table, Reading& reading)
{
    reading.isElsePolled = table.anyScalar("notify") == "if-possible";
    reading.isNotified = reading.isElsePolled || table.flag("notify").value_or(false);
}

Reading readReading(ProfileTable& table)
{
    Reading reading;
    reading.characteristic = readName(table);
    readNotify(table, reading);
    reading.isOptional = table.flag("optional").value_or(false);
    const bool isOnlyNotified = reading.isNotified && !reading.isElsePolled;
    const auto usual = isOnlyNotified ? modbus::PollClass::OnDemand : modbus::PollClass::Fast;
    reading.poll = table.choice("poll", all(pollWords)).value_or(usual);
    if (isOnlyNotified && reading.poll != modbus::PollClass::Once && reading.poll != usual)
        table.complain("poll", "what is notified is asked for once, or on demand");
    for (const std::int64_t length : table.integers("length")) {
        if (length < 1 || length > mostCharacteristicOctets)
            table.complain("length", fmt::format("a length is 1 to {}", mostCharacteristicOctets));
        reading.lengths.push_back(static_cast<std::uint16_t>(length));
    }
    return reading;
}

/// Its octets say the value and nothing else.
bool isPlain(const Source& source)
{
    const Field& field = source.fields.front();
    const bool isWhole = field.modulo == 0 && field.divide == 1;
    return source.fields.size() == 1 && isWhole && field.plus.empty() && !field.when &&
           !field.negative && field.point.encoding.decoding == modbus::Decoding::Plain;
}

bool needsMore(const Field& field, std::size_t octets)
{
    return std::size_t{field.place.at} + field.place.octets > octets ||
           (field.when && field.when->at >= octets) ||
           (field.invalid && field.invalid->at >= octets) ||
           (field.negative && field.negative->at >= octets) ||
           std::ranges::any_of(field.plus,
                               [&](const Field& part) { return needsMore(part, octets); });
}

bool isOfOne(const CharacteristicName& one, const CharacteristicName& other)
{
    return one.uuid == other.uuid && one.occurrence == other.occurrence &&
           (one.service == other.service || one.service.empty() || other.service.empty());
}

/// What a write replaces.
const CharacteristicName& targetOf(const Source& source)
{
    return source.written ? *source.written : source.reading->characteristic;
}

/// Both have the same bits: one value in two units.
bool isSame(const Field& one, const Field& other)
{
    const auto all = [](const Field& field) {
        const modbus::Encoding& encoding = field.point.encoding;
        return std::tuple(field.place.octets,
                          field.place.isBigEndian,
                          encoding.type,
                          encoding.shift,
                          encoding.width);
    };
    return all(one) == all(other);
}

void checkWrite(ProfileTable& inner, const Source& source, const modbus::WriteRule& rule)
{
    const modbus::Point& point = source.fields.front().point;
    const RawType raw = point.encoding.type;
    const bool isText = raw == RawType::String;
    if (raw == RawType::F16 || !isPlain(source) || (isText && source.fields.front().place.at != 0))
        inner.complain("",
                       "only a plain number, a bit, or a text that is its whole characteristic can "
                       "be written");
    const bool isTruth = point.valueType == model::ResourceType::Boolean;
    if (!isText && !isTruth && point.encoding.meanings.empty() && !rule.range)
        inner.complain("range", "a number that is written needs its range");
    if (rule.step < 0.0)
        inner.complain("step", "step must be above 0");
}

} // namespace

bool wouldCut(const Source& written, const Source& other)
{
    const Field& field = written.fields.front();
    if (!field.point.write || isPart(written))
        return false;
    const bool isRead =
        isOfOne(targetOf(written), other.reading->characteristic) &&
        std::ranges::any_of(other.fields, [&](const Field& one) {
            return needsMore(one, field.place.octets) || (isBits(field) && !isSame(field, one));
        });
    const Field& second = other.fields.front();
    const bool isElsewhere = written.written || other.written;
    const bool isWritten = isElsewhere && second.point.write && !isSame(field, second) &&
                           isOfOne(targetOf(written), targetOf(other));
    return isRead || isWritten;
}

GattFormat readGattFormat(ProfileTable table, FormatDefaults& defaults)
{
    GattFormat format;
    const auto takePeriod = [&](std::string_view key, std::chrono::milliseconds& period) {
        if (const auto value = table.integer(key, shortestPeriod, longestPeriod))
            period = std::chrono::milliseconds(*value);
    };
    format.namePrefix = table.text("name").value_or("");
    format.advertises = readUuid(table, "advertises");
    format.bonds = table.flag("bond").value_or(false);
    takePeriod("fast-period-ms", format.fastPeriod);
    takePeriod("slow-period-ms", format.slowPeriod);
    if (const auto absence = table.integer("lost-after-s", 1, longestAbsence))
        format.lostAfter = std::chrono::seconds(*absence);
    defaults.isBigEndian = readsBigEndian(table).value_or(false);
    defaults.isCharacteristic = true;
    table.refuseOthers();
    return format;
}

SetupWrite readSetupWrite(ProfileTable table)
{
    SetupWrite write;
    write.characteristic = readName(table);
    const auto octets = base::fromHex(table.requiredText("octets"));
    if (!octets || octets->empty() || octets->size() > mostCharacteristicOctets)
        table.complain(
            "octets",
            fmt::format("octets must be 1 to {} octets in hexadecimal", mostCharacteristicOctets));
    write.octets = octets.value_or(base::Bytes());
    table.refuseOthers();
    return write;
}

CharacteristicSource readCharacteristic(ProfileTable& table,
                                        const model::ResourceDefinition& definition,
                                        const std::optional<std::string>& units,
                                        const FormatDefaults& defaults)
{
    CharacteristicSource result;
    const Reading reading = readReading(table);
    FormatDefaults own = defaults;
    own.lengths = reading.lengths;
    result.source = readSource(table, definition, units, own);
    result.source.reading = reading;
    table.table("write", [&](ProfileTable inner) {
        modbus::WriteRule rule;
        rule.range = inner.range("range");
        rule.step = inner.number("step").value_or(0.0);
        rule.verifies = inner.flag("verify").value_or(false);
        result.allowsServerWrites = inner.flag("by-server").value_or(false);
        if (inner.has("characteristic") || inner.has("service"))
            result.source.written = readName(inner);
        checkWrite(inner, result.source, rule);
        inner.refuseOthers();
        result.source.fields.front().point.write = rule;
    });
    return result;
}

} // namespace causeway::bridges::ble
