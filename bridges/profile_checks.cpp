// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "bridges/ble/gatt_reader.hpp"
#include "bridges/modbus/point_writes.hpp"
#include "bridges/profile_reader.hpp"

// What cannot be, of a profile as a whole.
namespace causeway::bridges {

using modbus::Point;
using modbus::RawType;
using model::Id;
using model::Path;

namespace {

constexpr Id deviceObject = 3;

bool isField(const Point& point)
{
    return point.encoding.type == RawType::Bit || point.encoding.width != 0;
}

/// A bit of an alarm word, and the word.
bool isPartOf(const Point& field, const Point& whole)
{
    return isField(field) && modbus::isBinary(whole.encoding.type) &&
           field.address >= whole.address && field.extent().end() <= whole.extent().end();
}

/// Two mappings of one register range with one type are one value in two units; bits of one
/// register are neighbours, and parts of the number that the register is. Anything else that shares
/// a register is a slip of the pen.
bool mayShare(const Point& one, const Point& other)
{
    const auto placeOf = [](const Point& point) {
        return std::tuple(point.address, point.count(), point.encoding.type);
    };
    return placeOf(one) == placeOf(other) || (isField(one) && isField(other)) ||
           isPartOf(one, other) || isPartOf(other, one);
}

bool meet(const Point& one, const Point& other)
{
    return one.table == other.table && one.sunspecModels == other.sunspecModels &&
           one.address < std::uint32_t{other.address} + other.count() &&
           other.address < std::uint32_t{one.address} + one.count();
}

bool overlaps(const Point& one, const Point& other)
{
    return !one.executeValue && !other.executeValue && meet(one, other) && !mayShare(one, other);
}

/// The point where it is written; nothing when it is only read.
std::optional<Point> written(Point point)
{
    if (!point.write && !point.executeValue)
        return std::nullopt;
    const modbus::WriteRule rule = modbus::ruleOf(point);
    point.table = rule.table.value_or(point.table);
    point.address = rule.address.value_or(point.address);
    return point;
}

bool isCommand(const Point& point)
{
    return point.executeValue && !point.executeToggles;
}

bool sharesBits(const Point& one, const Point& other)
{
    const auto end = [](const Point& point) {
        return point.encoding.shift + std::max<int>(point.encoding.width, 1);
    };
    return one.encoding.shift < end(other) && other.encoding.shift < end(one);
}

bool isSamePlace(const Point& one, const Point& other)
{
    const auto placeOf = [](const Point& point) {
        return std::tuple(
            point.table, point.address, point.count(), point.encoding.type, point.encoding.shift);
    };
    return placeOf(one) == placeOf(other) && one.encoding.width == other.encoding.width;
}

/// Commands to one register, one value in two units, or its parts: else one write undoes another.
bool mayBothWrite(const Point& one, const Point& other)
{
    if (isCommand(one) || isCommand(other))
        return isCommand(one) && isCommand(other);
    const Point oneThere = *written(one);
    const Point otherThere = *written(other);
    if (isSamePlace(one, other) || one.executeToggles || other.executeToggles)
        return mayShare(oneThere, otherThere);
    const bool areFields = isField(oneThere) && isField(otherThere);
    if (areFields && oneThere.address == otherThere.address)
        return !sharesBits(oneThere, otherThere);
    return areFields || isPartOf(oneThere, otherThere) || isPartOf(otherThere, oneThere);
}

bool collides(const Point& one, const Point& other)
{
    const auto oneThere = written(one);
    const auto otherThere = written(other);
    return oneThere && otherThere && meet(*oneThere, *otherThere) && !mayBothWrite(one, other);
}

} // namespace

void ProfileReader::checkOperations(ProfileTable& table,
                                    const ResourceMapping& mapping,
                                    const model::ResourceDefinition& definition)
{
    const model::Operations& ours = mapping.resource.operations;
    const model::Operations& allowed = definition.operations;
    const auto refuse = [&](bool isOurs, bool isAllowed, std::string_view key, const char* what) {
        if (isOurs && !isAllowed)
            table.complain(
                key, fmt::format("the definition does not allow {} to {}", definition.name, what));
    };
    refuse(ours.read, allowed.read, "path", "be read");
    refuse(ours.write, allowed.write, "write", "be written");
    refuse(ours.execute, allowed.execute, "execute", "be executed");
    // The agent's own Object of a device answers them; nothing of the profile is asked.
    if (mapping.resource.path.object() == deviceObject && (ours.write || ours.execute))
        table.complain(ours.write ? "write" : "execute",
                       "of Object 3 a profile tells values only; what a server is to set or start "
                       "goes into another Object");
}

void ProfileReader::checkOverlaps()
{
    const auto& mappings = profile_.mappings;
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        for (std::size_t j = 0; mappings[i].point && j < i; ++j) {
            const auto& one = mappings[i].point;
            const auto& other = mappings[j].point;
            if (other && overlaps(*one, *other))
                complaint_.add(lines_.at(mappings[i].resource.path),
                               fmt::format("{} overlaps {}, which is {} 0x{:04x}",
                                           mappings[i].resource.path.toString(),
                                           mappings[j].resource.path.toString(),
                                           modbus::toString(other->table),
                                           other->address));
            else if (other && collides(*one, *other))
                complaint_.add(lines_.at(mappings[i].resource.path),
                               fmt::format("{} is written where {} is: {} 0x{:04x}",
                                           mappings[i].resource.path.toString(),
                                           mappings[j].resource.path.toString(),
                                           modbus::toString(written(*other)->table),
                                           written(*other)->address));
        }
    }
}

void ProfileReader::checkWholeWrites()
{
    const auto isCharacteristic = [](const ResourceMapping& mapping) {
        return mapping.source && mapping.source->reading;
    };
    for (const ResourceMapping& one : profile_.mappings) {
        for (const ResourceMapping& other : profile_.mappings) {
            if (isCharacteristic(one) && isCharacteristic(other) &&
                ble::wouldCut(*one.source, *other.source))
                complaint_.add(lines_.at(one.resource.path),
                               fmt::format("a write of {} replaces the whole characteristic, of "
                                           "which {} has another part",
                                           one.resource.path.toString(),
                                           other.resource.path.toString()));
        }
    }
}

void ProfileReader::checkMandatory()
{
    std::map<Path, std::uint32_t> instances;
    for (const auto& [path, line] : lines_)
        instances.emplace(path.upTo(2), line);
    for (const auto& [instance, line] : instances) {
        // The gateway itself adds what object 3 must have besides.
        if (instance.object() != deviceObject)
            checkMandatory(instance, line);
    }
}

void ProfileReader::checkMandatory(const Path& instance, std::uint32_t line)
{
    for (const auto& resource : definitions_.find(instance.object())->resources) {
        const Path path = instance.child(resource.id);
        const auto isMapped = [&](const auto& entry) {
            return path.contains(entry.first);
        };
        if (resource.isMandatory && std::ranges::none_of(lines_, isMapped))
            complaint_.add(line,
                           fmt::format("{} needs the mandatory {} ({})",
                                       instance.toString(),
                                       path.toString(),
                                       resource.name));
    }
}

} // namespace causeway::bridges
