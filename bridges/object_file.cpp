// SPDX-License-Identifier: Apache-2.0
#include "bridges/object_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "agent/base/bytes.hpp"
#include "agent/base/log.hpp"
#include "agent/base/whole_file.hpp"

namespace causeway::bridges {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Id;
using model::ObjectDefinition;
using model::Operations;
using model::ResourceDefinition;
using model::ResourceType;

namespace {

using Remarks = std::vector<std::string>;

/// The largest file of the registry has 120 KiB.
constexpr std::size_t mostOctets = std::size_t{1024} * 1024;
/// The largest Object of the registry has about 100.
constexpr std::size_t mostResources = 1024;
/// OMA's own: Objects that code of ours implements or that no operator should redefine.
constexpr Id firstForOperators = 1024;

tl::unexpected<base::Error> bad(const std::string& sentence)
{
    return fail(ErrorKind::InvalidArgument, sentence);
}

std::string textOf(const pugi::xml_node& node, const char* child)
{
    const std::string_view text = node.child_value(child);
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

Expected<Id> idOf(const std::string& text)
{
    Id id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc() || end != text.data() + text.size() || id == model::maxId)
        return bad(fmt::format("\"{}\" is no identifier from 0 to 65534", text));
    return id;
}

template <typename Meaning, std::size_t size>
Expected<Meaning> oneOf(const std::array<std::pair<std::string_view, Meaning>, size>& words,
                        const std::string& text,
                        std::string_view what)
{
    for (const auto& [word, meaning] : words) {
        if (word == text)
            return meaning;
    }
    return bad(fmt::format("\"{}\" is no {}", text, what));
}

constexpr std::array<std::pair<std::string_view, bool>, 2> instances{
    {{"Single", false}, {"Multiple", true}}};
constexpr std::array<std::pair<std::string_view, bool>, 2> necessity{
    {{"Optional", false}, {"Mandatory", true}}};
constexpr std::array<std::pair<std::string_view, Operations>, 5> operations{
    {{"", {}},
     {"R", {.read = true}},
     {"W", {.write = true}},
     {"RW", {.read = true, .write = true}},
     {"E", {.execute = true}}}};
constexpr std::array<std::pair<std::string_view, ResourceType>, 11> types{
    {{"", ResourceType::None},
     {"String", ResourceType::String},
     {"Integer", ResourceType::Integer},
     {"Unsigned Integer", ResourceType::UnsignedInteger},
     {"Float", ResourceType::Float},
     {"Boolean", ResourceType::Boolean},
     {"Opaque", ResourceType::Opaque},
     {"Time", ResourceType::Time},
     {"Objlnk", ResourceType::ObjectLink},
     {"Corelnk", ResourceType::CoreLink},
     {"CoreLnk", ResourceType::CoreLink}}};

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool hasLength(ResourceType type)
{
    return type == ResourceType::String || type == ResourceType::Opaque;
}

// Whether a range says anything of its values that can be measured.
bool isMeasured(ResourceType type)
{
    return hasLength(type) || type == ResourceType::Integer ||
           type == ResourceType::UnsignedInteger || type == ResourceType::Float ||
           type == ResourceType::Time;
}

// "100", and of a length "255 bytes". Of a number octets would be its width.
std::optional<double> numberOf(std::string_view text, ResourceType type)
{
    text = trimmed(text);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || !std::isfinite(value))
        return std::nullopt;
    const auto unit = trimmed(text.substr(static_cast<std::size_t>(end - text.data())));
    const bool isOctets = unit == "bytes" || unit == "byte" || unit == "octets";
    return unit.empty() || (isOctets && hasLength(type)) ? std::optional(value) : std::nullopt;
}

// "0..100", or one number of a list.
std::optional<model::Range> partOf(std::string_view text, ResourceType type)
{
    const auto dots = text.find("..");
    const bool isOne = dots == std::string_view::npos;
    const auto smallest = numberOf(text.substr(0, dots), type);
    const auto largest = isOne ? smallest : numberOf(text.substr(dots + 2), type);
    if (!smallest || !largest || *smallest > *largest)
        return std::nullopt;
    return model::Range{*smallest, *largest};
}

// "0..100", "0..255 bytes", and the hull of "0..247, 255", "0; 3.8..20.5" or "16,32,48". Whatever
// else the registry writes there is prose for people, and so is one number alone: "255" is the
// largest, "6" the length.
std::optional<model::Range> rangeOf(std::string_view text, ResourceType type)
{
    const bool isList = text.find_first_of(",;") != std::string_view::npos;
    if (!isList && text.find("..") == std::string_view::npos)
        return std::nullopt;
    std::optional<model::Range> hull;
    for (bool isLast = false; !isLast;) {
        const auto end = text.find_first_of(",;");
        isLast = end == std::string_view::npos;
        const auto part = partOf(text.substr(0, end), type);
        if (!part)
            return std::nullopt;
        hull = hull ? model::Range{std::min(hull->smallest, part->smallest),
                                   std::max(hull->largest, part->largest)}
                    : *part;
        text.remove_prefix(isLast ? text.size() : end + 1);
    }
    return hull;
}

Expected<void> checkResource(const ResourceDefinition& resource)
{
    if (resource.name.empty() || !base::isValidUtf8(resource.name))
        return bad("it has no name");
    const bool isExecutable = resource.operations.execute;
    if (isExecutable != (resource.type == ResourceType::None))
        return bad("executable Resources, and no others, have no type");
    if (isExecutable && resource.isMultiple)
        return bad("an executable Resource is single");
    return {};
}

Expected<ResourceDefinition> readResource(const pugi::xml_node& item, Remarks& remarks)
{
    ResourceDefinition resource;
    const auto id = idOf(item.attribute("ID").value());
    const auto allowed = oneOf(operations, textOf(item, "Operations"), "operation");
    const auto isMultiple = oneOf(instances, textOf(item, "MultipleInstances"), "multiplicity");
    const auto isMandatory = oneOf(necessity, textOf(item, "Mandatory"), "necessity");
    const auto type = oneOf(types, textOf(item, "Type"), "data type");
    for (const auto* error : {id ? nullptr : &id.error(),
                              allowed ? nullptr : &allowed.error(),
                              isMultiple ? nullptr : &isMultiple.error(),
                              isMandatory ? nullptr : &isMandatory.error(),
                              type ? nullptr : &type.error()}) {
        if (error != nullptr)
            return fail(*error);
    }
    resource.id = *id;
    resource.name = textOf(item, "Name");
    resource.operations = *allowed;
    resource.isMultiple = *isMultiple;
    resource.isMandatory = *isMandatory;
    resource.type = *type;
    const auto range = textOf(item, "RangeEnumeration");
    resource.range = rangeOf(range, resource.type);
    if (!range.empty() && !resource.range && isMeasured(resource.type))
        remarks.push_back(fmt::format(
            "the range of Resource {} is none that we know, any value is taken", resource.id));
    resource.units = textOf(item, "Units");
    if (auto checked = checkResource(resource); !checked)
        return fail(checked.error());
    return resource;
}

Expected<std::vector<ResourceDefinition>> readResources(const pugi::xml_node& object,
                                                        Remarks& remarks)
{
    std::vector<ResourceDefinition> resources;
    std::set<Id> seen;
    for (const auto& item : object.child("Resources").children("Item")) {
        const std::string id = item.attribute("ID").value();
        auto resource = readResource(item, remarks);
        if (!resource)
            return fail(resource.error().in(fmt::format("Resource {}", id)));
        if (!seen.insert(resource->id).second)
            return bad(fmt::format("Resource {}: it is there twice", id));
        if (seen.size() > mostResources)
            return bad(fmt::format("more than {} Resources", mostResources));
        resources.push_back(*std::move(resource));
    }
    if (resources.empty())
        return bad("it has no Resources");
    return resources;
}

bool isVersion(std::string_view text)
{
    const auto isDigit = [](char c) {
        return c >= '0' && c <= '9';
    };
    return text.size() == 3 && isDigit(text[0]) && text[1] == '.' && isDigit(text[2]);
}

Expected<ObjectDefinition> readObject(const pugi::xml_node& node, Remarks& remarks)
{
    ObjectDefinition object;
    const auto id = idOf(textOf(node, "ObjectID"));
    if (!id)
        return fail(id.error().in("ObjectID"));
    object.id = *id;
    object.name = textOf(node, "Name");
    if (object.name.empty() || !base::isValidUtf8(object.name))
        return bad("it has no Name");
    const auto version = textOf(node, "ObjectVersion");
    if (!version.empty() && !isVersion(version))
        return bad(fmt::format("\"{}\" is no ObjectVersion", version));
    object.version = version.empty() ? "1.0" : version;
    const auto isMultiple = oneOf(instances, textOf(node, "MultipleInstances"), "multiplicity");
    const auto isMandatory = oneOf(necessity, textOf(node, "Mandatory"), "necessity");
    if (!isMultiple || !isMandatory)
        return fail(isMultiple ? isMandatory.error() : isMultiple.error());
    object.isMultiple = *isMultiple;
    object.isMandatory = *isMandatory;
    auto resources = readResources(node, remarks);
    if (!resources)
        return fail(resources.error());
    object.resources = *std::move(resources);
    return object;
}

std::size_t lineOf(std::string_view text, std::ptrdiff_t offset)
{
    const auto before =
        text.substr(0, static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)));
    return 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
}

std::vector<std::filesystem::path> xmlFiles(const std::filesystem::path& directory)
{
    std::vector<std::filesystem::path> files;
    std::error_code ignored; // no directory, no files
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
        if (entry.path().extension() == ".xml")
            files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

Expected<void> addFile(const std::filesystem::path& file, model::Definitions& definitions)
{
    const auto text = base::readWholeFile(file, mostOctets);
    if (!text)
        return fail(text.error());
    Remarks remarks;
    auto objects = parseObjectFile(*text, file, &remarks);
    if (!objects)
        return fail(objects.error());
    for (const auto& object : *objects) {
        if (object.id < firstForOperators && definitions.find(object.id) != nullptr)
            return bad(fmt::format("{}: Object {} is built in", file.string(), object.id));
    }
    for (auto& object : *objects)
        definitions.add(std::move(object));
    for (const auto& remark : remarks)
        log::notice("{FILE}: {REMARK}", "FILE", file.string(), "REMARK", remark);
    return {};
}

} // namespace

Expected<std::vector<ObjectDefinition>> parseObjectFile(std::string_view text,
                                                        const std::filesystem::path& file,
                                                        std::vector<std::string>* remarks)
{
    Remarks unwanted;
    pugi::xml_document document;
    const auto parsed = document.load_buffer(text.data(), text.size());
    if (!parsed)
        return bad(fmt::format(
            "{}:{}: {}", file.string(), lineOf(text, parsed.offset), parsed.description()));
    std::vector<ObjectDefinition> objects;
    for (const auto& node : document.child("LWM2M").children("Object")) {
        auto object = readObject(node, remarks != nullptr ? *remarks : unwanted);
        if (!object)
            return fail(object.error().in(
                fmt::format("{}:{}", file.string(), lineOf(text, node.offset_debug()))));
        objects.push_back(*std::move(object));
    }
    if (objects.empty())
        return bad(fmt::format("{}:1: there is no Object in an element LWM2M", file.string()));
    return objects;
}

std::vector<std::string> addObjectFiles(const std::vector<std::filesystem::path>& directories,
                                        model::Definitions& definitions)
{
    std::vector<std::string> errors;
    for (const auto& directory : directories) {
        for (const auto& file : xmlFiles(directory)) {
            if (const auto added = addFile(file, definitions); !added)
                errors.push_back(added.error().message);
        }
    }
    return errors;
}

} // namespace causeway::bridges
