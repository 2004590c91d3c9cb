// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "bridges/point_reader.hpp"

// What cannot be, of all that the keys of one value say.
namespace causeway::bridges {

using modbus::Decoding;
using modbus::Encoding;
using modbus::Point;
using modbus::RawType;
using modbus::RegisterTable;
using modbus::WriteRule;
using model::ResourceType;

namespace {

/// V1.1b3 §6.3
constexpr std::uint16_t mostExtent = 125;

bool isNumber(ResourceType type)
{
    return type == ResourceType::Integer || type == ResourceType::UnsignedInteger ||
           type == ResourceType::Float || type == ResourceType::Time;
}

bool canBecome(const Point& point)
{
    const RawType raw = point.encoding.type;
    const bool isWord = raw != RawType::Bit && raw != RawType::String;
    const bool hasMeanings = !point.encoding.meanings.empty();
    switch (point.valueType) {
    case ResourceType::Boolean:
        return raw == RawType::Bit || (isWord && hasMeanings);
    case ResourceType::String:
        return raw != RawType::Bit || hasMeanings;
    case ResourceType::Float:
    case ResourceType::Integer:
    case ResourceType::UnsignedInteger:
    case ResourceType::Time:
        return isWord;
    default:
        return false;
    }
}

bool canDecode(const Encoding& encoding)
{
    const RawType raw = encoding.type;
    const bool isWhole = encoding.width == 0 && encoding.meanings.empty();
    switch (encoding.decoding) {
    case Decoding::PowerFactor4q:
        return modbus::isFloat(raw);
    case Decoding::Mod10000:
    case Decoding::SignMagnitude:
        return modbus::isBinary(raw);
    case Decoding::Ieee11073:
        return isWhole && (raw == RawType::U16 || raw == RawType::U32);
    case Decoding::Opt3001:
        return isWhole && raw == RawType::U16;
    case Decoding::Plain:
        break;
    }
    return true;
}

} // namespace

void PointReader::checkWrite(ProfileTable& inner, const WriteRule& rule)
{
    const RegisterTable table = rule.table.value_or(point_.table);
    const bool hasMeanings = !point_.encoding.meanings.empty();
    if (isNumber(point_.valueType) && !hasMeanings && !rule.range)
        inner.complain("range", "a number that is written needs its range");
    if (modbus::isReadOnly(table))
        inner.complain("", fmt::format("{}s cannot be written", modbus::toString(table)));
    if (modbus::holdsBits(table) != modbus::holdsBits(point_.table))
        inner.complain("table", "a bit is written to a bit, a register to a register");
    const bool isPart = point_.encoding.type == RawType::Bit || point_.encoding.width != 0;
    if (rule.usesMask && (modbus::holdsBits(table) || point_.encoding.words != 1 || !isPart))
        inner.complain("mask", "only a part of one register is written with a mask");
    if (rule.usesMask && rule.usesMultiple)
        inner.complain("mask", "a write has either a mask or the function code for several");
    if (rule.step < 0.0)
        inner.complain("step", "step must be above 0");
    if (rule.toggles && point_.encoding.type != RawType::Bit)
        inner.complain("toggle", "only a bit is toggled");
    if (rule.toggles && hasMeanings)
        inner.complain("toggle",
                       "what changes over with each write has no numbers: leave out enum");
    if (rule.pulse.count() > 0)
        checkPulse(inner);
    checkCanBeWritten(inner, rule);
}

void PointReader::checkPulse(ProfileTable& inner) const
{
    if (point_.valueType != ResourceType::Boolean)
        inner.complain("pulse-ms", "only a Boolean is written as a pulse");
    if (point_.encoding.meanings.size() == 1)
        inner.complain("pulse-ms", "a pulse needs a number for true and one for false");
    if (point_.unlock)
        inner.complain("pulse-ms", "nobody could be sure to unlock the end of a pulse");
}

/// Whether its value can be put back into registers.
void PointReader::checkCanBeWritten(ProfileTable& inner, const WriteRule& rule) const
{
    const bool hasMeanings = !point_.encoding.meanings.empty();
    const bool isElsewhere = rule.table || rule.address;
    const bool isWhole = modbus::isBinary(point_.encoding.type) && point_.encoding.width == 0;
    if (point_.exponentAddress && (isElsewhere || !isWhole || hasMeanings))
        inner.complain("",
                       "a value with a scale register is written as it is read: a whole number "
                       "in its own registers");
    if (!point_.plus.empty() || !point_.times.empty())
        inner.complain("", "a value that is made of several is only read");
    if (point_.encoding.decoding == Decoding::PowerFactor4q ||
        modbus::hasExponent(point_.encoding.decoding) || point_.encoding.type == RawType::F16)
        inner.complain("", "what is encoded like this is only read");
}

void PointReader::checkEncoding()
{
    const Encoding& encoding = point_.encoding;
    const RawType raw = encoding.type;
    if (modbus::holdsBits(point_.table) && raw != RawType::Bit)
        table_.complain("type", fmt::format("a {} is a bit", modbus::toString(point_.table)));
    if (!canBecome(point_))
        table_.complain("type",
                        fmt::format("{} cannot become {}",
                                    modbus::toString(raw),
                                    model::toString(point_.valueType)));
    if (encoding.scale == 0.0)
        table_.complain("scale", "scale must not be 0");
    const bool isPlain = raw == RawType::Bit || raw == RawType::String;
    const bool isScaled = table_.has("scale") || table_.has("offset") || table_.has("valid") ||
                          table_.has("clamp") || table_.has("from") || table_.has("scale-register");
    if (isPlain && isScaled)
        table_.complain("scale", fmt::format("a {} is not scaled", modbus::toString(raw)));
    if (!canDecode(encoding))
        table_.complain("decode", fmt::format("a {} is not encoded so", modbus::toString(raw)));
    const bool isSunspec = !point_.sunspecModels.empty();
    if (!isSunspec && point_.extent().end() > 0x10000U)
        table_.complain("address", "the value reaches beyond address 65535");
    if (!modbus::holdsBits(point_.table) && raw != RawType::String &&
        point_.extent().count > mostExtent)
        table_.complain(point_.exponentAddress ? "scale-register" : "plus",
                        point_.exponentAddress
                            ? "the scale is too far from its value for one request"
                            : "what is added is too far from its value for one request");
    checkParts();
}

void PointReader::checkParts()
{
    const bool isMade = !point_.plus.empty() || !point_.times.empty();
    const RawType raw = point_.encoding.type;
    const bool isText =
        raw == RawType::Bit || raw == RawType::String || point_.valueType == ResourceType::String;
    const std::string_view key = point_.plus.empty() ? "times" : "plus";
    if (isMade && (isText || !point_.encoding.meanings.empty()))
        table_.complain(key, "only numbers are added and multiplied");
    if (isMade && !point_.sunspecModels.empty())
        table_.complain(key, "a value of a SunSpec model has its scale-register");
}

} // namespace causeway::bridges
