// SPDX-License-Identifier: Apache-2.0
#include "bridges/profile_reader.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "bridges/modbus/frame.hpp"

namespace causeway::bridges {

using modbus::Point;
using modbus::PollClass;
using modbus::RawType;
using modbus::RegisterTable;
using model::Id;
using model::Path;
using model::ResourceType;

namespace {

constexpr std::int64_t mostAddress = 65535;
/// 2 to 60 of anything is plenty, and keeps a text inside one request.
constexpr std::int64_t mostTextRegisters = 60;

constexpr Id securityObject = 0;
constexpr Id accessControlObject = 2;
constexpr Id deviceObject = 3;
constexpr Id sensorUnits = 5701;
constexpr Id applicationType = 5750;

template <typename Value>
using Choice = std::pair<std::string_view, Value>;

constexpr std::array tables{
    Choice<RegisterTable>{"coil", RegisterTable::Coil},
    Choice<RegisterTable>{"discrete-input", RegisterTable::DiscreteInput},
    Choice<RegisterTable>{"input", RegisterTable::InputRegister},
    Choice<RegisterTable>{"holding", RegisterTable::HoldingRegister},
};

constexpr std::array rawTypes{
    Choice<RawType>{"bit", RawType::Bit},
    Choice<RawType>{"u16", RawType::U16},
    Choice<RawType>{"s16", RawType::S16},
    Choice<RawType>{"u32", RawType::U32},
    Choice<RawType>{"s32", RawType::S32},
    Choice<RawType>{"u64", RawType::U64},
    Choice<RawType>{"s64", RawType::S64},
    Choice<RawType>{"f32", RawType::F32},
    Choice<RawType>{"f64", RawType::F64},
    Choice<RawType>{"bcd16", RawType::Bcd16},
    Choice<RawType>{"bcd32", RawType::Bcd32},
    Choice<RawType>{"string", RawType::String},
};

constexpr std::array pollClasses{
    Choice<PollClass>{"fast", PollClass::Fast},
    Choice<PollClass>{"slow", PollClass::Slow},
    Choice<PollClass>{"once", PollClass::Once},
    Choice<PollClass>{"on-demand", PollClass::OnDemand},
};

struct Order
{
    bool isLowWordFirst;
    bool hasSwappedBytes;
};

/// As meters' manuals write it, A being the highest octet of 32 bits.
constexpr std::array orders{
    Choice<Order>{"ABCD", {false, false}},
    Choice<Order>{"CDAB", {true, false}},
    Choice<Order>{"BADC", {false, true}},
    Choice<Order>{"DCBA", {true, true}},
};

template <typename Value, std::size_t size>
std::span<const Choice<Value>> all(const std::array<Choice<Value>, size>& choices)
{
    return choices;
}

bool isFloat(RawType type)
{
    return type == RawType::F32 || type == RawType::F64;
}

bool isNumber(ResourceType type)
{
    return type == ResourceType::Integer || type == ResourceType::UnsignedInteger ||
           type == ResourceType::Float || type == ResourceType::Time;
}

bool canBecome(const Point& point)
{
    const RawType raw = point.encoding.type;
    switch (point.valueType) {
    case ResourceType::Boolean:
        return raw == RawType::Bit;
    case ResourceType::String:
        return raw == RawType::String;
    case ResourceType::Float:
        return raw != RawType::Bit && raw != RawType::String;
    case ResourceType::Integer:
    case ResourceType::UnsignedInteger:
    case ResourceType::Time:
        return raw != RawType::Bit && raw != RawType::String && !isFloat(raw);
    default:
        return false;
    }
}

std::string describe(const Point& point, const std::optional<std::string>& units)
{
    std::string text = fmt::format("{} 0x{:04x}", modbus::toString(point.table), point.address);
    if (!modbus::holdsBits(point.table))
        text += fmt::format(", {}", modbus::toString(point.encoding.type));
    if (units && !units->empty())
        text += ", " + *units;
    return text;
}

/// Two mappings of one register range with one type are one value in two units; bits of one
/// register are neighbours. Anything else that shares a register is a slip of the pen.
bool mayShare(const Point& one, const Point& other)
{
    const auto placeOf = [](const Point& point) {
        return std::tuple(point.address, point.count(), point.encoding.type);
    };
    const auto isField = [](const Point& point) {
        return point.encoding.type == RawType::Bit || point.encoding.width != 0;
    };
    return placeOf(one) == placeOf(other) || (isField(one) && isField(other));
}

bool overlaps(const Point& one, const Point& other)
{
    return one.table == other.table && !one.executeValue && !other.executeValue &&
           one.address < std::uint32_t{other.address} + other.count() &&
           other.address < std::uint32_t{one.address} + one.count();
}

} // namespace

DeviceProfile ProfileReader::read(ProfileTable root)
{
    profile_.title = root.requiredText("title");
    profile_.manufacturer = root.requiredText("manufacturer");
    profile_.model = root.requiredText("model");
    profile_.sources = root.texts("sources");
    profile_.bridge = "modbus";
    if (!root.has("modbus"))
        root.complain("modbus", "the table [modbus] is missing");
    addIdentity(root);
    root.table("modbus", [this](ProfileTable table) { readModbus(std::move(table)); });
    root.eachTable("resource", [this](ProfileTable table) { readResource(std::move(table)); });
    root.eachTable("constant", [this](ProfileTable table) { readConstant(std::move(table)); });
    root.refuseOthers();
    if (!root.has("resource"))
        root.complain("resource", "a profile maps at least one [[resource]]");
    checkOverlaps();
    checkMandatory();
    std::ranges::sort(profile_.mappings, {}, [](const ResourceMapping& mapping) {
        return mapping.resource.path;
    });
    return std::move(profile_);
}

void ProfileReader::addIdentity(ProfileTable& root)
{
    addConstant(Path{deviceObject, 0, 0}, profile_.manufacturer, root.line());
    addConstant(Path{deviceObject, 0, 1}, profile_.model, root.line());
    if (const auto type = root.text("device-type"))
        addConstant(Path{deviceObject, 0, 17}, *type, root.line());
}

void ProfileReader::readModbus(ProfileTable table)
{
    constexpr std::int64_t mostPeriod = 86'400'000;
    modbus::UnitLimits& limits = profile_.limits;
    const auto take = [&](std::string_view key, std::int64_t most, std::uint16_t& limit) {
        if (const auto value = table.integer(key, 1, most))
            limit = static_cast<std::uint16_t>(*value);
    };
    const auto takePeriod = [&](std::string_view key, std::chrono::milliseconds& period) {
        if (const auto value = table.integer(key, 10, mostPeriod))
            period = std::chrono::milliseconds(*value);
    };
    take("max-registers", modbus::mostRegistersRead, limits.mostRegisters);
    take("max-coils", modbus::mostBitsRead, limits.mostCoils);
    take("patience", 1000, limits.patience);
    if (const auto gap = table.integer("max-gap", 0, modbus::mostRegistersRead))
        limits.mostGap = static_cast<std::uint16_t>(*gap);
    takePeriod("fast-period-ms", limits.fastPeriod);
    takePeriod("slow-period-ms", limits.slowPeriod);
    if (const auto order = table.choice("order", all(orders))) {
        isLowWordFirst_ = order->isLowWordFirst;
        hasSwappedBytes_ = order->hasSwappedBytes;
    }
    table.refuseOthers();
}

void ProfileReader::readResource(ProfileTable table)
{
    ResourceMapping mapping;
    const auto* definition = readPath(table, mapping.resource.path);
    if (definition == nullptr)
        return;
    Point& point = mapping.point.emplace();
    point.valueType = definition->type;
    readPoint(table, mapping);
    const auto units = table.text("units");
    const auto application = table.text("application");
    const Path instance = mapping.resource.path.upTo(2);
    if (units)
        addConstant(instance.child(sensorUnits), *units, table.line());
    if (application)
        addConstant(instance.child(applicationType), *application, table.line());
    mapping.resource.description =
        describe(point, units ? units : std::optional(definition->units));
    checkOperations(table, mapping, *definition);
    table.refuseOthers();
    add(std::move(mapping), table.line());
}

const model::ResourceDefinition* ProfileReader::readPath(ProfileTable& table, Path& path)
{
    const std::string text = table.requiredText("path");
    const auto parsed = Path::parse(text);
    if (!parsed) {
        table.complain("path", parsed.error().message);
        return nullptr;
    }
    path = *parsed;
    const auto* object = path.isRoot() ? nullptr : definitions_.find(path.object());
    const auto* resource = definitions_.find(path);
    if (object == nullptr || resource == nullptr) {
        table.complain("path", fmt::format("no definition has {}", text));
        return nullptr;
    }
    if (path.object() >= securityObject && path.object() <= accessControlObject)
        table.complain("path", fmt::format("{} belongs to the gateway, no device has it", text));
    if (!object->isMultiple && path.instance() != 0)
        table.complain("path", fmt::format("{} has the one instance 0", object->name));
    if (path.isResourceInstance() != resource->isMultiple)
        table.complain("path",
                       fmt::format("{} is {}a multiple Resource",
                                   resource->name,
                                   resource->isMultiple ? "" : "not "));
    return resource;
}

void ProfileReader::readPoint(ProfileTable& table, ResourceMapping& mapping)
{
    Point& point = *mapping.point;
    if (!table.has("table"))
        table.complain("table", "table is missing");
    point.table = table.choice("table", all(tables)).value_or(RegisterTable::InputRegister);
    point.address = static_cast<std::uint16_t>(table.requiredInteger("address", 0, mostAddress));
    if (table.has("execute")) {
        readExecute(table, mapping);
        return;
    }
    readEncoding(table, point);
    point.pollClass = table.choice("poll", all(pollClasses)).value_or(PollClass::Fast);
    mapping.resource.operations.read = true;
    table.table("write", [&](ProfileTable inner) { readWrite(std::move(inner), mapping); });
    checkType(table, point);
    if (std::uint32_t{point.address} + point.count() > 0x10000U)
        table.complain("address", "the value reaches beyond address 65535");
}

void ProfileReader::readEncoding(ProfileTable& table, Point& point) const
{
    modbus::Encoding& encoding = point.encoding;
    const bool isBitTable = modbus::holdsBits(point.table);
    if (!table.has("type") && !isBitTable)
        table.complain("type", "type is missing");
    encoding.type = table.choice("type", all(rawTypes)).value_or(RawType::Bit);
    encoding.words = modbus::wordsOf(encoding.type);
    encoding.isLowWordFirst = isLowWordFirst_ && encoding.words > 1;
    encoding.hasSwappedBytes = hasSwappedBytes_ && !isBitTable;
    if (const auto order = table.choice("order", all(orders))) {
        encoding.isLowWordFirst = order->isLowWordFirst;
        encoding.hasSwappedBytes = order->hasSwappedBytes;
    }
    if (encoding.type == RawType::String)
        encoding.words =
            static_cast<std::uint16_t>(table.requiredInteger("registers", 1, mostTextRegisters));
    if (encoding.type == RawType::Bit && !isBitTable)
        encoding.shift = static_cast<std::uint8_t>(table.requiredInteger("bit", 0, 15));
    if (encoding.type == RawType::U16 && table.has("first-bit")) {
        encoding.shift = static_cast<std::uint8_t>(table.requiredInteger("first-bit", 0, 15));
        encoding.width = static_cast<std::uint8_t>(
            table.requiredInteger("bits", 1, std::int64_t{16} - encoding.shift));
    }
    encoding.scale = table.number("scale").value_or(1.0);
    encoding.offset = table.number("offset").value_or(0.0);
    encoding.valid = table.range("valid");
    const unsigned unused = 64U - 16U * std::clamp<unsigned>(encoding.words, 1, 4);
    for (const std::int64_t sentinel : table.integers("sentinels"))
        encoding.sentinels.push_back((static_cast<std::uint64_t>(sentinel) << unused) >> unused);
}

void ProfileReader::readWrite(ProfileTable table, ResourceMapping& mapping)
{
    modbus::WriteRule rule;
    rule.usesMultiple = table.flag("multiple").value_or(false);
    rule.verifies = table.flag("verify").value_or(false);
    rule.range = table.range("range");
    mapping.resource.operations.write = true;
    mapping.resource.allowsServerWrites = table.flag("by-server").value_or(false);
    const Point& point = *mapping.point;
    if (isNumber(point.valueType) && !rule.range)
        table.complain("range", "a number that is written needs its range");
    if (point.table == RegisterTable::DiscreteInput || point.table == RegisterTable::InputRegister)
        table.complain("", fmt::format("{}s cannot be written", modbus::toString(point.table)));
    if (!modbus::holdsBits(point.table) &&
        (point.encoding.type == RawType::Bit || point.encoding.width != 0))
        table.complain("", "a part of a register cannot be written");
    table.refuseOthers();
    mapping.point->write = rule;
}

void ProfileReader::readExecute(ProfileTable& table, ResourceMapping& mapping)
{
    Point& point = *mapping.point;
    point.executeValue =
        static_cast<std::uint16_t>(table.requiredInteger("execute", 0, mostAddress));
    point.pollClass = PollClass::OnDemand;
    mapping.resource.operations.execute = true;
    mapping.resource.allowsServerWrites = table.flag("by-server").value_or(false);
    if (point.table == RegisterTable::DiscreteInput || point.table == RegisterTable::InputRegister)
        table.complain("execute",
                       fmt::format("{}s cannot be written", modbus::toString(point.table)));
}

void ProfileReader::readConstant(ProfileTable table)
{
    Path path;
    const auto* definition = readPath(table, path);
    const auto value = table.anyScalar("value");
    if (!value)
        table.complain("value", "value is missing");
    table.refuseOthers();
    if (definition != nullptr && value)
        addConstant(path, *value, table.line());
}

void ProfileReader::addConstant(const Path& path, const std::string& text, std::uint32_t line)
{
    const auto* definition = definitions_.find(path);
    if (definition == nullptr || !definition->operations.read) {
        complaint_.add(line, fmt::format("no definition has a readable {}", path.toString()));
        return;
    }
    auto value = model::fromText(definition->type, text);
    auto admitted = value ? model::admit(*definition, *value) : value;
    if (!admitted) {
        complaint_.add(line, fmt::format("{}: {}", path.toString(), admitted.error().message));
        return;
    }
    ResourceMapping mapping;
    mapping.resource.path = path;
    mapping.resource.operations.read = true;
    mapping.resource.constant = std::move(*admitted);
    mapping.resource.description = "constant";
    add(std::move(mapping), line);
}

void ProfileReader::add(ResourceMapping mapping, std::uint32_t line)
{
    const Path path = mapping.resource.path;
    const auto [first, isNew] = lines_.emplace(path, line);
    if (!isNew)
        complaint_.add(line,
                       fmt::format("{} stands in line {} already", path.toString(), first->second));
    profile_.mappings.push_back(std::move(mapping));
}

void ProfileReader::checkType(ProfileTable& table, const Point& point)
{
    const RawType raw = point.encoding.type;
    if (modbus::holdsBits(point.table) && raw != RawType::Bit)
        table.complain("type", fmt::format("a {} is a bit", modbus::toString(point.table)));
    if (!canBecome(point))
        table.complain("type",
                       fmt::format("{} cannot become {}",
                                   modbus::toString(raw),
                                   model::toString(point.valueType)));
    if (point.encoding.scale == 0.0)
        table.complain("scale", "scale must not be 0");
    const bool isPlain = raw == RawType::Bit || raw == RawType::String;
    if (isPlain && (table.has("scale") || table.has("offset") || table.has("valid")))
        table.complain("scale", fmt::format("a {} is not scaled", modbus::toString(raw)));
}

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
}

void ProfileReader::checkOverlaps()
{
    const auto& mappings = profile_.mappings;
    for (std::size_t i = 0; i < mappings.size(); ++i) {
        for (std::size_t j = 0; mappings[i].point && j < i; ++j) {
            const auto& one = mappings[i].point;
            const auto& other = mappings[j].point;
            if (other && overlaps(*one, *other) && !mayShare(*one, *other))
                complaint_.add(lines_.at(mappings[i].resource.path),
                               fmt::format("{} overlaps {}, which is {} 0x{:04x}",
                                           mappings[i].resource.path.toString(),
                                           mappings[j].resource.path.toString(),
                                           modbus::toString(other->table),
                                           other->address));
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
