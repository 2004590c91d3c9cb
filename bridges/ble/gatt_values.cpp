// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/gatt_values.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "bridges/ble/frame_decoder.hpp"
#include "bridges/modbus/register_codec.hpp"

namespace causeway::bridges::ble {

using base::Bytes;
using base::ByteView;
using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

bool isText(const Field& field)
{
    return field.point.encoding.type == modbus::RawType::String;
}

/// What the field needs of the value; a text may be shorter than the profile allows.
std::size_t extentOf(const Field& field)
{
    std::size_t extent = field.place.at + (isText(field) ? std::size_t{0} : field.place.octets);
    for (const Field& part : field.plus)
        extent = std::max(extent, extentOf(part));
    for (const auto& flag : {field.when, field.invalid, field.negative}) {
        if (flag)
            extent = std::max(extent, std::size_t{flag->at} + 1);
    }
    return extent;
}

tl::unexpected<base::Error> wrongLength(const Reading& reading, std::size_t size)
{
    return fail(ErrorKind::Corrupt,
                fmt::format("characteristic {} has {} octets, which is not what its profile "
                            "expects",
                            reading.characteristic.uuid,
                            size),
                base::Retry::Later);
}

bool fits(const Reading& reading, std::size_t size)
{
    const auto& lengths = reading.lengths;
    return lengths.empty() || std::ranges::find(lengths, size) != lengths.end();
}

/// Flags first: they say which of the fields count.
bool isLongEnough(const Source& source, ByteView octets)
{
    return std::ranges::all_of(source.fields, [&](const Field& field) {
        const bool hasFlag = !field.when || field.when->at < octets.size();
        return hasFlag && (!isThere(field, octets) || extentOf(field) <= octets.size());
    });
}

/// The text as it is, without an end.
Expected<Bytes> textFor(const Field& field, const model::Value& value)
{
    if (auto allowed = modbus::checkWrite(field.point, value); !allowed)
        return fail(allowed.error());
    const auto& text = std::get<std::string>(value);
    if (text.size() > field.place.octets)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("the device keeps {} octets", field.place.octets));
    return Bytes(text.begin(), text.end());
}

/// Which bits of its octets the field has for itself.
Bytes maskOf(const Field& field)
{
    const auto& encoding = field.point.encoding;
    const bool isBit = encoding.type == modbus::RawType::Bit;
    std::uint64_t mask = ~std::uint64_t{0};
    if (isBit || encoding.width != 0)
        mask = ((std::uint64_t{1} << (isBit ? 1U : encoding.width)) - 1) << encoding.shift;
    Bytes octets;
    for (std::size_t i = 0; i < field.place.octets; ++i, mask >>= 8U)
        octets.push_back(static_cast<std::uint8_t>(mask & 0xFFU));
    if (field.place.isBigEndian)
        std::ranges::reverse(octets);
    return octets;
}

} // namespace

bool ReadingPlan::has(const model::Path& path) const
{
    return std::ranges::any_of(sources, [&](const auto& source) { return source.first == path; });
}

std::vector<ReadingPlan> readingPlans(const DeviceProfile& profile)
{
    std::vector<ReadingPlan> plans;
    for (const ResourceMapping& mapping : profile.mappings) {
        if (!mapping.source || !mapping.source->reading)
            continue;
        const Reading& reading = *mapping.source->reading;
        auto plan = std::ranges::find(plans, reading, &ReadingPlan::reading);
        if (plan == plans.end())
            plan = plans.insert(plans.end(), ReadingPlan{reading, {}});
        plan->sources.emplace_back(mapping.resource.path, *mapping.source);
    }
    return plans;
}

Expected<PlanValues> valuesIn(const ReadingPlan& plan, ByteView octets)
{
    if (!fits(plan.reading, octets.size()))
        return wrongLength(plan.reading, octets.size());
    PlanValues result;
    for (const auto& [path, source] : plan.sources) {
        if (!isLongEnough(source, octets))
            return wrongLength(plan.reading, octets.size());
        auto value = valueIn(source, octets);
        if (value)
            result.values.emplace_back(path, std::move(*value));
        else if (value.error().kind != ErrorKind::NotFound)
            result.missing.push_back({path, std::move(value.error())});
    }
    return result;
}

bool isBits(const Field& field)
{
    const auto& encoding = field.point.encoding;
    return encoding.type == modbus::RawType::Bit || encoding.shift != 0 ||
           (encoding.width != 0 && encoding.width != 8 * field.place.octets);
}

bool isPart(const Source& source)
{
    const Field& field = source.fields.front();
    const auto& lengths = source.reading->lengths;
    const bool hasOthers = !lengths.empty() && !isText(field) &&
                           (lengths.size() > 1 || lengths.front() != field.place.octets);
    return !source.written && (field.place.at != 0 || isBits(field) || hasOthers);
}

Expected<Bytes>
octetsInto(const Reading& reading, const Source& source, const model::Value& value, ByteView whole)
{
    const Field& field = source.fields.front();
    auto own = octetsFor(source, value);
    if (!own)
        return own;
    if (isText(field) && field.place.at == 0)
        return own;
    if (!fits(reading, whole.size()) || field.place.at + own->size() > whole.size())
        return wrongLength(reading, whole.size());
    const Bytes mine = maskOf(field);
    Bytes octets(whole.begin(), whole.end());
    for (std::size_t i = 0; i < own->size(); ++i) {
        auto& octet = octets[field.place.at + i];
        octet = static_cast<std::uint8_t>((octet & ~mine[i]) | ((*own)[i] & mine[i]));
    }
    return octets;
}

Expected<Bytes> octetsFor(const Source& source, const model::Value& value)
{
    const Field& field = source.fields.front();
    if (isText(field))
        return textFor(field, value);
    const auto words = modbus::encode(field.point, value);
    if (!words)
        return fail(words.error());
    Bytes octets;
    for (const std::uint16_t word : *words) {
        octets.push_back(static_cast<std::uint8_t>(word >> 8U));
        octets.push_back(static_cast<std::uint8_t>(word & 0xFFU));
    }
    // A number of an odd count of octets leaves the highest octet of its registers empty.
    octets.erase(octets.begin(),
                 octets.end() -
                     std::min<std::ptrdiff_t>(field.place.octets,
                                              static_cast<std::ptrdiff_t>(octets.size())));
    if (!field.place.isBigEndian)
        std::ranges::reverse(octets);
    return octets;
}

} // namespace causeway::bridges::ble
