// SPDX-License-Identifier: Apache-2.0
#include "bridges/profile_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "bridges/ble/gatt_reader.hpp"
#include "bridges/firmware_reader.hpp"
#include "bridges/modbus/frame.hpp"
#include "bridges/opening_reader.hpp"

namespace causeway::bridges {

using modbus::Point;
using model::Id;
using model::Path;

namespace {

/// Far more than any device has of one kind; a slip in a profile is refused before it costs memory.
constexpr std::int64_t mostRepeats = 256;
constexpr std::int64_t mostStride = 4096;

constexpr Id securityObject = 0;
constexpr Id accessControlObject = 2;
constexpr Id deviceObject = 3;
constexpr Id connectivityObject = 4;
constexpr Id firmwareObject = 5;
constexpr Id softwareObject = 9;
constexpr Id sensorUnits = 5701;
constexpr Id applicationType = 5750;

std::string describe(const Point& point, const std::string& units)
{
    std::string text = fmt::format("{} 0x{:04x}", modbus::toString(point.table), point.address);
    if (!point.sunspecModels.empty())
        text = fmt::format("SunSpec model {} + {}", point.sunspecModels.front(), point.address);
    if (!modbus::holdsBits(point.table))
        text += fmt::format(", {}", modbus::toString(point.encoding.type));
    if (!units.empty())
        text += ", " + units;
    return text;
}

Path movedBy(const Path& path, std::int64_t instances)
{
    const auto instance = static_cast<Id>(path.instance() + instances);
    Path moved = Path{path.object(), instance}.child(path.resource());
    return path.isResourceInstance() ? moved.child(path.resourceInstance()) : moved;
}

void moveBy(Point& point, std::int64_t addresses)
{
    const auto move = [addresses](std::uint16_t& address) {
        address = static_cast<std::uint16_t>(address + addresses);
    };
    // A scale register serves all phases (SunSpec), and so does a transformer's ratio: they stay.
    move(point.address);
    for (modbus::Part& part : point.plus)
        move(part.address);
    if (point.write && point.write->address)
        move(*point.write->address);
}

/// "relay {n}" becomes "relay 3".
std::string numbered(std::string text, std::int64_t number)
{
    constexpr std::string_view placeholder = "{n}";
    if (const auto at = text.find(placeholder); at != std::string::npos)
        text.replace(at, placeholder.size(), std::to_string(number));
    return text;
}

} // namespace

DeviceProfile ProfileReader::read(ProfileTable root)
{
    profile_.title = root.requiredText("title");
    profile_.sources = root.texts("sources");
    readBridge(root);
    // The gateway's own machine is asked; what the profile says of it counts more.
    const bool isGateway = profile_.bridge == gatewayBridge;
    profile_.manufacturer = isGateway ? root.text("manufacturer").value_or(std::string())
                                      : root.requiredText("manufacturer");
    profile_.model =
        isGateway ? root.text("model").value_or(std::string()) : root.requiredText("model");
    root.table("firmware",
               [this](ProfileTable table) { profile_.firmware = readFirmware(std::move(table)); });
    root.eachTable("software", [this](ProfileTable table) {
        profile_.software.push_back(readSoftware(std::move(table), profile_.software));
    });
    root.eachTable("resource", [this](ProfileTable table) { readResource(std::move(table)); });
    root.eachTable("probe", [this](ProfileTable table) {
        profile_.opening.probes.push_back(readProbe(std::move(table), defaults_));
    });
    root.eachTable("setup", [this](ProfileTable table) {
        if (profile_.gatt)
            profile_.gatt->setup.push_back(ble::readSetupWrite(std::move(table)));
        else
            profile_.opening.setup.push_back(readSetup(std::move(table), defaults_));
    });
    root.eachTable("keep-alive", [this](ProfileTable table) {
        profile_.keepAlives.push_back(readKeepAlive(std::move(table), defaults_));
    });
    root.eachTable("constant", [this](ProfileTable table) { readConstant(std::move(table)); });
    addIdentity(root);
    if (profile_.bridge == "ble")
        addRadio(root.line());
    root.refuseOthers();
    if (isGateway)
        checkGateway(root);
    else if (!root.has("resource"))
        root.complain("resource", "a profile maps at least one [[resource]]");
    checkOverlaps();
    checkWholeWrites();
    checkMandatory();
    std::ranges::sort(profile_.mappings, {}, [](const ResourceMapping& mapping) {
        return mapping.resource.path;
    });
    return std::move(profile_);
}

void ProfileReader::readBridge(ProfileTable& root)
{
    const bool isBle = root.has("ble");
    const bool isGateway = root.has("gateway");
    profile_.bridge = isGateway ? gatewayBridge : isBle ? "ble" : "modbus";
    const auto tables = {isBle, isGateway, root.has("modbus")};
    if (std::ranges::count(tables, true) != 1)
        root.complain("modbus", "a profile has one of the tables [modbus], [ble] and [gateway]");
    root.table("modbus", [this](ProfileTable table) { readModbus(std::move(table)); });
    root.table("ble", [this](ProfileTable table) {
        if (table.flag("connect").value_or(false))
            profile_.gatt = ble::readGattFormat(std::move(table), advertised_);
        else
            profile_.advertisement = ble::readFormat(std::move(table), advertised_);
    });
    root.table("gateway", [&](ProfileTable table) { readGateway(root, std::move(table)); });
    if (isBle &&
        (root.has("probe") || root.has("keep-alive") || (root.has("setup") && !profile_.gatt)))
        root.complain("ble",
                      "[[probe]] and [[keep-alive]] are for Modbus devices, [[setup]] for those "
                      "that are connected");
}

void ProfileReader::addIdentity(ProfileTable& root)
{
    // A device that names itself knows better.
    if (!lines_.contains(Path{deviceObject, 0, 0}) && !profile_.manufacturer.empty())
        addConstant(Path{deviceObject, 0, 0}, profile_.manufacturer, root.line());
    if (!lines_.contains(Path{deviceObject, 0, 1}) && !profile_.model.empty())
        addConstant(Path{deviceObject, 0, 1}, profile_.model, root.line());
    if (const auto type = root.text("device-type"))
        addConstant(Path{deviceObject, 0, 17}, *type, root.line());
}

/// How well a device is heard is a fact of its connectivity (Object 4), which has more that is
/// mandatory.
void ProfileReader::addRadio(std::uint32_t line)
{
    constexpr std::string_view bluetooth = "22"; // Object 4, Network Bearer
    // No device of ours has an address of its own there: RFC 4291 §2.5.2, unspecified.
    constexpr std::string_view noAddress = "::";
    const Path connectivity{connectivityObject, 0};
    addConstant(connectivity.child(0), std::string(bluetooth), line);
    addConstant(connectivity.child(1).child(0), std::string(bluetooth), line);
    addConstant(connectivity.child(4).child(0), std::string(noAddress), line);
    ResourceMapping mapping;
    mapping.resource.path = connectivity.child(2);
    mapping.resource.operations.read = true;
    mapping.source = ble::Source{true, {}, std::nullopt};
    mapping.resource.description = ble::describe(*mapping.source);
    add(std::move(mapping), line);
}

void ProfileReader::readModbus(ProfileTable table)
{
    constexpr std::int64_t mostPeriod = 86'400'000;
    constexpr std::int64_t mostTimeout = 60'000;
    constexpr std::int64_t mostIdle = 86'400; // a day
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
    take("max-outstanding", modbus::mostOutstanding, limits.outstanding);
    take("patience", 1000, limits.patience);
    if (const auto gap = table.integer("max-gap", 0, modbus::mostRegistersRead))
        limits.mostGap = static_cast<std::uint16_t>(*gap);
    takePeriod("fast-period-ms", limits.fastPeriod);
    takePeriod("slow-period-ms", limits.slowPeriod);
    if (const auto timeout = table.integer("timeout-ms", 10, mostTimeout))
        limits.responseTimeout = std::chrono::milliseconds(*timeout);
    limits.silence = std::chrono::milliseconds(table.integer("silence-ms", 0, 1000).value_or(0));
    limits.idleTimeout =
        std::chrono::seconds(table.integer("idle-timeout-s", 1, mostIdle).value_or(0));
    if (limits.silence.count() > 0 && limits.outstanding > 1)
        table.complain("silence-ms",
                       "no silence can be kept between requests that are under way together: "
                       "either silence-ms, or max-outstanding above 1");
    defaults_.order = table.choice("order", all(orderWords)).value_or(Order{});
    defaults_.absence = table.choice("not-available", all(absenceWords)).value_or(Absence::Never);
    defaults_.firstAddress =
        static_cast<std::uint16_t>(table.integer("first-address", 0, 1).value_or(0));
    table.refuseOthers();
}

void ProfileReader::readResource(ProfileTable table)
{
    ResourceMapping mapping;
    const auto* definition = readPath(table, mapping.resource.path);
    if (definition == nullptr)
        return;
    const InstanceTexts texts{table.text("units"), table.text("application")};
    if (profile_.bridge == "ble")
        readAdvertised(table, *definition, std::move(mapping), texts);
    else
        readRegister(table, *definition, std::move(mapping), texts);
    table.refuseOthers();
}

void ProfileReader::readRegister(ProfileTable& table,
                                 const model::ResourceDefinition& definition,
                                 ResourceMapping mapping,
                                 const InstanceTexts& texts)
{
    PointReader reader(table, defaults_);
    mapping.point = reader.read(definition, texts.units ? texts.units : definition.units);
    const Point& point = *mapping.point;
    const std::uint16_t most = profile_.limits.mostRegisters;
    if (!modbus::holdsBits(point.table) && point.extent().count > most)
        table.complain(
            "address",
            fmt::format("one request for the value has {} registers, max-registers is {}",
                        point.extent().count,
                        most));
    profile_.opening.walksSunspec |= !point.sunspecModels.empty();
    mapping.resource.operations.read = !point.executeValue;
    mapping.resource.operations.write = point.write.has_value();
    mapping.resource.operations.execute = point.executeValue.has_value();
    mapping.resource.isPolled =
        point.pollClass == modbus::PollClass::Fast || point.pollClass == modbus::PollClass::Slow;
    mapping.resource.allowsServerWrites = reader.allowsServerWrites();
    checkOperations(table, mapping, definition);
    mapping.resource.description = texts.units.value_or(definition.units);
    repeat(table, mapping, texts);
}

void ProfileReader::readAdvertised(ProfileTable& table,
                                   const model::ResourceDefinition& definition,
                                   ResourceMapping mapping,
                                   const InstanceTexts& texts)
{
    const auto units = texts.units ? texts.units : definition.units;
    if (profile_.gatt) {
        auto read = ble::readCharacteristic(table, definition, units, advertised_);
        mapping.resource.operations.write = read.source.fields.front().point.write.has_value();
        mapping.resource.allowsServerWrites = read.allowsServerWrites;
        mapping.source = std::move(read.source);
    } else {
        mapping.source = ble::readSource(table, definition, units, advertised_);
    }
    mapping.resource.operations.read = true;
    checkOperations(table, mapping, definition);
    mapping.resource.description = ble::describe(*mapping.source);
    if (!units->empty())
        mapping.resource.description += ", " + *units;
    addTexts(mapping.resource.path.upTo(2), texts, 0, table.line());
    add(std::move(mapping), table.line());
}

void ProfileReader::repeat(ProfileTable& table,
                           const ResourceMapping& first,
                           const InstanceTexts& texts)
{
    const std::int64_t count = table.integer("repeat", 1, mostRepeats).value_or(1);
    const std::int64_t stride =
        table.integer("stride", 1, mostStride).value_or(first.point->count());
    const Path& path = first.resource.path;
    const auto* object = definitions_.find(path.object());
    const bool fits = path.instance() + count - 1 < model::maxId &&
                      first.point->extent().end() + stride * (count - 1) <= 0x10000;
    if (count > 1 && (!object->isMultiple || !fits)) {
        table.complain("repeat", fmt::format("{} cannot be repeated so often", path.toString()));
        return;
    }
    for (std::int64_t i = 0; i < count; ++i) {
        ResourceMapping mapping = first;
        mapping.resource.path = movedBy(path, i);
        moveBy(*mapping.point, i * stride);
        mapping.resource.description = describe(*mapping.point, first.resource.description);
        addTexts(mapping.resource.path.upTo(2), texts, i, table.line());
        add(std::move(mapping), table.line());
    }
}

void ProfileReader::addTexts(const Path& instance,
                             const InstanceTexts& texts,
                             std::int64_t index,
                             std::uint32_t line)
{
    if (texts.units)
        addConstant(instance.child(sensorUnits), *texts.units, line);
    if (texts.application)
        addConstant(instance.child(applicationType), numbered(*texts.application, index + 1), line);
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
    if (path.object() == firmwareObject && !profile_.firmware.install.empty())
        table.complain("path", "Object 5 belongs to the table [firmware]");
    if (path.object() == softwareObject && !profile_.software.empty())
        table.complain("path", "Object 9 belongs to the tables [[software]]");
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

} // namespace causeway::bridges
