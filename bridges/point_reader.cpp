// SPDX-License-Identifier: Apache-2.0
#include "bridges/point_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "bridges/modbus/raw_number.hpp"
#include "bridges/opening_reader.hpp"
#include "bridges/unit_conversion.hpp"

namespace causeway::bridges {

using modbus::Decoding;
using modbus::Encoding;
using modbus::Point;
using modbus::PollClass;
using modbus::RawType;
using modbus::RegisterTable;
using modbus::WriteRule;
using model::ResourceType;

namespace {

constexpr std::int64_t mostAddress = 65535;
/// 2 to 60 of anything is plenty, and keeps a text inside one request.
constexpr std::int64_t mostTextRegisters = 60;
/// A double has no more.
constexpr std::int64_t mostDecimals = 15;
/// A day; what is longer is not meant.
constexpr std::int64_t mostPause = 86'400'000;
/// Longer than this a relay is switched, not pulsed.
constexpr std::int64_t mostPulse = 60'000;
/// Current and voltage transformer, and a little more.
constexpr std::size_t mostParts = 8;

std::uint64_t absentNumber(Absence absence, const Encoding& encoding)
{
    const unsigned bits = 16U * encoding.words;
    const std::uint64_t ones = bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    if (!modbus::isSigned(encoding.type))
        return ones;
    return absence == Absence::Largest ? ones >> 1U : (ones >> 1U) + 1;
}

/// As a number with or without a sign: profiles write both.
bool fits(std::int64_t number, unsigned bits)
{
    if (bits == 0 || bits >= 64)
        return true;
    return number < 0 ? (number >> (bits - 1)) == -1 : (number >> bits) == 0;
}

} // namespace

std::uint16_t readAddress(ProfileTable& table, std::string_view key, const PointDefaults& defaults)
{
    const std::int64_t first = defaults.firstAddress;
    return static_cast<std::uint16_t>(table.requiredInteger(key, first, mostAddress + first) -
                                      first);
}

Point PointReader::read(const model::ResourceDefinition& definition,
                        const std::optional<std::string>& units)
{
    point_.valueType = definition.type;
    readPlace();
    table_.table("unlock", [this](ProfileTable inner) {
        point_.unlock = readUnlock(std::move(inner), defaults_);
    });
    if (table_.has("execute")) {
        readExecute();
        return std::move(point_);
    }
    readEncoding(units);
    point_.encoding.clamp = table_.range("clamp");
    point_.pollClass = table_.choice("poll", all(pollWords)).value_or(PollClass::Fast);
    point_.isAlone = table_.flag("alone").value_or(false);
    table_.table("write", [this](ProfileTable inner) { readWrite(std::move(inner)); });
    if (point_.unlock && !point_.write)
        table_.complain("unlock", "unlock is for what is written or executed");
    readUnreadable();
    checkEncoding();
    return std::move(point_);
}

Point PointReader::readField(const model::ResourceDefinition& definition,
                             const std::optional<std::string>& units)
{
    point_.valueType = definition.type;
    readType();
    readBits();
    if (point_.encoding.type == RawType::String)
        point_.encoding.words = static_cast<std::uint16_t>(
            (table_.requiredInteger("octets", 1, mostTextOctets) + 1) / 2);
    readNumber(units);
    checkEncoding();
    return std::move(point_);
}

void PointReader::readPlace()
{
    for (const std::int64_t model : table_.integers("sunspec")) {
        if (model < 1 || model >= mostAddress)
            table_.complain("sunspec", fmt::format("{} is no SunSpec model", model));
        point_.sunspecModels.push_back(static_cast<std::uint16_t>(model));
    }
    const bool isSunspec = !point_.sunspecModels.empty();
    if (!table_.has("table") && !isSunspec)
        table_.complain("table", "table is missing");
    const auto assumed = isSunspec ? RegisterTable::HoldingRegister : RegisterTable::InputRegister;
    point_.table = table_.choice("table", all(tableWords)).value_or(assumed);
    if (isSunspec && point_.table != RegisterTable::HoldingRegister)
        table_.complain("table", "SunSpec models are in holding registers");
    point_.address = address(table_, "address");
    if (table_.has("scale-register"))
        point_.exponentAddress = address(table_, "scale-register");
}

std::uint16_t PointReader::address(ProfileTable& table, std::string_view key)
{
    // Inside a SunSpec model everybody counts from 0.
    return readAddress(table, key, point_.sunspecModels.empty() ? defaults_ : PointDefaults{});
}

void PointReader::readEncoding(const std::optional<std::string>& units)
{
    readType();
    readText();
    readOrder();
    readBits();
    readNumber(units);
    readParts();
}

// What is added must be read with it: between two requests a counter runs over. What it is
// multiplied by is set once, and is often far away.
void PointReader::readParts()
{
    table_.eachTable("plus", [this](ProfileTable inner) {
        modbus::Part part = PointReader(inner, defaults_).readPart(point_.table);
        part.encoding.scale *= unitFactor_; // it counts in the unit of the whole
        part.encoding.offset *= unitFactor_;
        point_.plus.push_back(std::move(part));
    });
    table_.eachTable("times", [this](ProfileTable inner) {
        point_.times.push_back(PointReader(inner, defaults_).readPart(std::nullopt));
    });
    if (point_.plus.size() > mostParts || point_.times.size() > mostParts)
        table_.complain("plus", fmt::format("a value has at most {} parts", mostParts));
}

modbus::Part PointReader::readPart(std::optional<RegisterTable> table)
{
    point_.valueType = ResourceType::Float;
    if (!table && !table_.has("table"))
        table_.complain("table", "table is missing");
    if (table)
        point_.table = *table;
    else
        point_.table =
            table_.choice("table", all(tableWords)).value_or(RegisterTable::HoldingRegister);
    point_.address = address(table_, "address");
    readType();
    readOrder();
    readBits();
    readFactors();
    readAbsence();
    if (holdsBits(point_.table))
        table_.complain("table", "a bit is neither added nor multiplied by");
    checkEncoding();
    table_.refuseOthers();
    return {point_.table, point_.address, point_.encoding};
}

void PointReader::readNumber(const std::optional<std::string>& units)
{
    readScale(units);
    readAbsence();
    readMeanings();
    point_.encoding.valid = table_.range("valid");
}

void PointReader::readType()
{
    Encoding& encoding = point_.encoding;
    const bool isBitTable = modbus::holdsBits(point_.table);
    if (!table_.has("type") && !isBitTable)
        table_.complain("type", "type is missing");
    const auto word = table_.choice("type", all(typeWords)).value_or(TypeWord{RawType::Bit, 0});
    encoding.type = word.type;
    encoding.width = word.width;
    encoding.words = modbus::wordsOf(encoding.type);
    encoding.decoding = table_.choice("decode", all(decodingWords)).value_or(Decoding::Plain);
}

void PointReader::readOrder()
{
    Encoding& encoding = point_.encoding;
    const bool isSeveral = encoding.words > 1;
    const bool isText = encoding.type == RawType::String;
    encoding.isLowWordFirst = defaults_.order.isLowWordFirst && isSeveral && !isText;
    encoding.hasSwappedBytes = defaults_.order.hasSwappedBytes && isSeveral;
    if (const auto order = table_.choice("order", all(orderWords))) {
        encoding.isLowWordFirst = order->isLowWordFirst;
        encoding.hasSwappedBytes = order->hasSwappedBytes;
    }
}

void PointReader::readBits()
{
    Encoding& encoding = point_.encoding;
    if (encoding.type == RawType::Bit && !modbus::holdsBits(point_.table))
        encoding.shift = static_cast<std::uint8_t>(table_.requiredInteger("bit", 0, 15));
    if (!modbus::isBinary(encoding.type) || !table_.has("first-bit"))
        return;
    const std::int64_t size = std::int64_t{16} * encoding.words;
    encoding.shift = static_cast<std::uint8_t>(table_.requiredInteger("first-bit", 0, size - 1));
    const std::int64_t most = size - encoding.shift;
    const bool hasOwnWidth = encoding.width != 0 && !table_.has("bits");
    if (!hasOwnWidth)
        encoding.width = static_cast<std::uint8_t>(
            table_.requiredInteger("bits", 1, std::min(most, std::int64_t{63})));
    else if (encoding.width > most)
        table_.complain("first-bit", "the value reaches beyond its register");
}

void PointReader::readText()
{
    Encoding& encoding = point_.encoding;
    if (encoding.type != RawType::String)
        return;
    encoding.words =
        static_cast<std::uint16_t>(table_.requiredInteger("registers", 1, mostTextRegisters));
    encoding.characters =
        table_.choice("characters", all(characterWords)).value_or(modbus::Characters::Both);
}

void PointReader::readFactors()
{
    for (const double factor : table_.numbers("scale"))
        point_.encoding.scale *= factor;
    point_.encoding.offset = table_.number("offset").value_or(0.0);
}

void PointReader::readScale(const std::optional<std::string>& units)
{
    Encoding& encoding = point_.encoding;
    readFactors();
    if (const auto decimals = table_.integer("decimals", 0, mostDecimals))
        encoding.decimals = static_cast<std::uint8_t>(*decimals);
    const auto from = table_.text("from");
    if (!from)
        return;
    const auto converted = conversion(*from, units.value_or(""));
    if (!converted) {
        const std::string to = units.value_or("");
        const std::string known = unitsFor(to);
        table_.complain("from",
                        fmt::format("\"{}\" cannot be converted to \"{}\"{}",
                                    *from,
                                    to,
                                    known.empty() ? ", which is no unit that is known"
                                                  : "; known are " + known));
        return;
    }
    unitFactor_ = converted->factor;
    encoding.scale *= converted->factor;
    encoding.offset = encoding.offset * converted->factor + converted->offset;
}

void PointReader::readAbsence()
{
    Encoding& encoding = point_.encoding;
    const unsigned bits = modbus::bitsOf(encoding);
    for (const std::int64_t sentinel : table_.integers("sentinels")) {
        if (!fits(sentinel, bits))
            table_.complain("sentinels",
                            fmt::format("{} can never come: {} bits count", sentinel, bits));
        encoding.sentinels.push_back(static_cast<std::uint64_t>(sentinel) &
                                     modbus::onesBelow(bits));
    }
    const bool isWhole = modbus::isBinary(encoding.type) && encoding.width == 0;
    if (!table_.has("sentinels") && defaults_.absence != Absence::Never && isWhole)
        encoding.sentinels.push_back(absentNumber(defaults_.absence, encoding));
}

void PointReader::readMeanings()
{
    for (const auto& [raw, text] : table_.numberedScalars("enum")) {
        auto value = model::fromText(point_.valueType, text);
        if (!value) {
            table_.complain("enum", fmt::format("{}: {}", raw, value.error().message));
            return;
        }
        point_.encoding.meanings.emplace_back(raw, std::move(*value));
    }
    const bool isBit = point_.encoding.type == RawType::Bit;
    const auto isNoBit = [](const auto& row) {
        return row.first != 0 && row.first != 1;
    };
    if (isBit && std::ranges::any_of(point_.encoding.meanings, isNoBit))
        table_.complain("enum", "a bit is 0 or 1");
    readOtherMeaning();
}

void PointReader::readOtherMeaning()
{
    const auto text = table_.anyScalar("otherwise");
    if (!text)
        return;
    if (point_.encoding.meanings.empty())
        table_.complain("otherwise", "otherwise is for the numbers that enum does not name");
    auto value = model::fromText(point_.valueType, *text);
    if (value)
        point_.encoding.otherMeaning = std::move(*value);
    else
        table_.complain("otherwise", value.error().message);
}

void PointReader::readWrite(ProfileTable inner)
{
    WriteRule rule;
    rule.usesMultiple = inner.flag("multiple").value_or(false);
    rule.usesMask = inner.flag("mask").value_or(false);
    rule.verifies = inner.flag("verify").value_or(false);
    rule.toggles = inner.flag("toggle").value_or(false);
    rule.table = inner.choice("table", all(tableWords));
    if (inner.has("address"))
        rule.address = address(inner, "address");
    allowsServerWrites_ = inner.flag("by-server").value_or(false);
    readWriteLimits(inner, rule);
    checkWrite(inner, rule);
    inner.refuseOthers();
    point_.write = rule;
}

void PointReader::readWriteLimits(ProfileTable& inner, WriteRule& rule)
{
    const auto pause = [&](std::string_view key, std::int64_t most) {
        return std::chrono::milliseconds(inner.integer(key, 1, most).value_or(0));
    };
    rule.range = inner.range("range");
    rule.step = inner.number("step").value_or(0.0);
    rule.pause = pause("pause-ms", mostPause);
    rule.settle = pause("settle-ms", mostPulse);
    rule.pulse = pause("pulse-ms", mostPulse);
}

/// Whoever reads it gets what was written; what would have to be read first cannot be.
void PointReader::readUnreadable()
{
    point_.isUnreadable = !table_.flag("readable").value_or(true);
    if (!point_.isUnreadable)
        return;
    point_.pollClass = PollClass::OnDemand;
    const WriteRule rule = point_.write.value_or(WriteRule{});
    const bool isPart = point_.encoding.type == RawType::Bit || point_.encoding.width != 0;
    const bool isMerged = isPart && !rule.usesMask && !modbus::holdsBits(point_.table);
    if (!point_.write)
        table_.complain("readable", "what is not readable is written: it needs write");
    if (table_.has("poll"))
        table_.complain("poll", "what is not readable is not polled");
    if (rule.verifies || rule.toggles || rule.pulse.count() > 0)
        table_.complain("readable", "a write with verify, toggle or pulse-ms reads it");
    if (isMerged || point_.exponentAddress)
        table_.complain("readable",
                        "without its register's other bits, or its scale, it cannot be written");
}

void PointReader::readExecute()
{
    if (table_.anyScalar("execute") == "toggle")
        readToggle();
    else
        point_.executeValue =
            static_cast<std::uint16_t>(table_.requiredInteger("execute", 0, mostAddress));
    point_.pollClass = PollClass::OnDemand;
    allowsServerWrites_ = table_.flag("by-server").value_or(false);
    if (modbus::isReadOnly(point_.table))
        table_.complain("execute",
                        fmt::format("{}s cannot be written", modbus::toString(point_.table)));
}

/// The Resource has no value of its own; the bit is the one that Execute turns round.
void PointReader::readToggle()
{
    point_.executeValue = 0;
    point_.executeToggles = true;
    point_.encoding.type = RawType::Bit;
    if (!modbus::holdsBits(point_.table))
        point_.encoding.shift = static_cast<std::uint8_t>(table_.requiredInteger("bit", 0, 15));
}

} // namespace causeway::bridges
