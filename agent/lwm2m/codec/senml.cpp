// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/senml.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "agent/lwm2m/codec/record_collector.hpp"

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Path;
using model::Value;

namespace {

// The longest path has 24 characters; names are joined for every record, so long ones cost much.
constexpr std::size_t longestName = 64;
constexpr std::int64_t newestVersion = 10; // RFC 8428 §4.4

struct LabelRow
{
    std::string_view jsonName;
    SenmlLabel label;
};

constexpr std::array labels{
    LabelRow{"bver", SenmlLabel::BaseVersion},
    LabelRow{"bn", SenmlLabel::BaseName},
    LabelRow{"bt", SenmlLabel::BaseTime},
    LabelRow{"bu", SenmlLabel::BaseUnit},
    LabelRow{"bv", SenmlLabel::BaseValue},
    LabelRow{"bs", SenmlLabel::BaseSum},
    LabelRow{"n", SenmlLabel::Name},
    LabelRow{"u", SenmlLabel::Unit},
    LabelRow{"v", SenmlLabel::Value},
    LabelRow{"vs", SenmlLabel::StringValue},
    LabelRow{"vb", SenmlLabel::BooleanValue},
    LabelRow{"s", SenmlLabel::Sum},
    LabelRow{"t", SenmlLabel::Time},
    LabelRow{"ut", SenmlLabel::UpdateTime},
    LabelRow{"vd", SenmlLabel::DataValue},
    LabelRow{"vlo", SenmlLabel::ObjectLinkValue},
};

tl::unexpected<base::Error> bad(std::string_view why)
{
    return fail(ErrorKind::InvalidArgument, fmt::format("SenML: {}", why));
}

bool isValue(SenmlLabel label)
{
    return label == SenmlLabel::Value || label == SenmlLabel::StringValue ||
           label == SenmlLabel::BooleanValue || label == SenmlLabel::DataValue ||
           label == SenmlLabel::ObjectLinkValue;
}

bool isNumber(const Value& value)
{
    return std::holds_alternative<std::int64_t>(value) ||
           std::holds_alternative<std::uint64_t>(value) || std::holds_alternative<double>(value) ||
           std::holds_alternative<model::Time>(value);
}

// "/3303/65535/5700" in a Create: the Client chooses the instance. Path::parse takes real
// identifiers only.
std::optional<Path> withoutInstance(std::string_view name)
{
    constexpr std::string_view marker = "/65535";
    const auto second = name.find('/', 1);
    if (second == std::string_view::npos || !name.substr(second).starts_with(marker))
        return std::nullopt;
    const auto rest = name.substr(second + marker.size());
    const auto object = Path::parse(name.substr(0, second));
    const auto resource = Path::parse(rest.empty() ? "/" : rest);
    if (!object || !resource || resource->isRoot() || resource->size() > 2)
        return std::nullopt;
    Path path = object->child(unassignedInstance);
    for (std::size_t i = 0; i < resource->size(); ++i)
        path = path.child((*resource)[i]);
    return path;
}

Expected<Path> parseName(const std::string& name)
{
    if (const auto path = withoutInstance(name))
        return *path;
    return Path::parse(name);
}

bool isUnassigned(const Path& path)
{
    return path.size() > 1 && path.instance() == unassignedInstance;
}

std::int64_t milliseconds(base::WallTime time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

} // namespace

std::optional<SenmlLabel> senmlLabel(std::string_view jsonName)
{
    const auto* const found = std::ranges::find(labels, jsonName, &LabelRow::jsonName);
    return found == labels.end() ? std::nullopt : std::optional(found->label);
}

std::optional<SenmlLabel> senmlLabel(std::int64_t cborNumber)
{
    constexpr auto first = static_cast<std::int64_t>(SenmlLabel::BaseSum);
    constexpr auto last = static_cast<std::int64_t>(SenmlLabel::DataValue);
    if (cborNumber < first || cborNumber > last)
        return std::nullopt;
    return static_cast<SenmlLabel>(cborNumber);
}

Expected<void> SenmlPack::field(SenmlLabel label, Value value)
{
    if (!seen_.insert(label).second)
        return bad("a label twice in one record");
    switch (label) {
    case SenmlLabel::BaseName:
        return text(baseName_, value);
    case SenmlLabel::Name:
        return text(name_, value);
    case SenmlLabel::BaseVersion: {
        const auto* version = std::get_if<std::int64_t>(&value);
        return version != nullptr && *version <= newestVersion ? Expected<void>()
                                                               : bad("an unknown version");
    }
    case SenmlLabel::BaseValue:
        return bad("base values are not used with LwM2M");
    case SenmlLabel::BaseTime:
    case SenmlLabel::Time:
        return isNumber(value) ? Expected<void>() : bad("a time that is no number");
    case SenmlLabel::BaseSum:
    case SenmlLabel::BaseUnit:
    case SenmlLabel::Unit:
    case SenmlLabel::Sum:
    case SenmlLabel::UpdateTime:
        return {};
    default:
        return setValue(label, std::move(value));
    }
}

Expected<void> SenmlPack::text(std::string& into, const Value& value) const
{
    const auto* name = std::get_if<std::string>(&value);
    if (name == nullptr || name->size() > longestName)
        return bad("a name that is no text or too long");
    into = *name;
    return {};
}

Expected<void> SenmlPack::nullField(SenmlLabel label)
{
    if (!seen_.insert(label).second)
        return bad("a label twice in one record");
    if (!isValue(label))
        return bad("null where no value belongs");
    if (value_ || isRemoval_)
        return bad("two values in one record");
    isRemoval_ = true;
    return {};
}

Expected<void> SenmlPack::setValue(SenmlLabel label, Value value)
{
    if (value_ || isRemoval_)
        return bad("two values in one record");
    const bool isText = std::holds_alternative<std::string>(value);
    const bool fits =
        (label == SenmlLabel::Value && isNumber(value)) ||
        (label == SenmlLabel::StringValue && isText) ||
        (label == SenmlLabel::BooleanValue && std::holds_alternative<bool>(value)) ||
        (label == SenmlLabel::DataValue && std::holds_alternative<base::Bytes>(value)) ||
        (label == SenmlLabel::ObjectLinkValue && isText);
    if (!fits)
        return bad("a value that does not fit its label");
    if (label == SenmlLabel::ObjectLinkValue) {
        auto link = model::fromText(model::ResourceType::ObjectLink, std::get<std::string>(value));
        if (!link)
            return fail(std::move(link).error());
        value = std::move(*link);
    }
    value_ = std::move(value);
    return {};
}

Expected<void> SenmlPack::unknownField(std::string_view name) const
{
    return name.ends_with('_') ? bad("a label that must be understood") : Expected<void>();
}

Expected<void> SenmlPack::endRecord()
{
    if (entries_.size() == mostRecords)
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("more than {} records in one payload", mostRecords));
    const auto path = parseName(baseName_ + name_);
    if (!path)
        return fail(path.error().in("SenML"));
    entries_.push_back({*path, std::move(value_), isRemoval_});
    value_.reset();
    isRemoval_ = false;
    name_.clear();
    seen_.clear();
    return {};
}

Expected<std::vector<Record>> typedRecords(std::span<const SenmlEntry> entries,
                                           const Path& target,
                                           const model::Definitions& known,
                                           SenmlNull null)
{
    RecordCollector collector(target, known);
    std::set<Path> opened;
    for (const auto& [path, value, isRemoval] : entries) {
        if (isRemoval && null == SenmlNull::IsRefused)
            return bad("null is no value");
        if (!value && !isRemoval)
            return bad(path.toString() + " has no value");
        if (isUnassigned(path) && !target.isObject())
            return bad(path.toString() + " names no instance");
        const auto definition = collector.find(path);
        if (!definition)
            return fail(definition.error());
        const bool isLeftOut = *definition == nullptr;
        // The instance that it names is there nevertheless.
        if (isLeftOut && target.isObject() && opened.insert(path.upTo(2)).second) {
            if (auto done = collector.open(path.upTo(2)); !done)
                return fail(std::move(done).error());
        }
        if (isLeftOut)
            continue;
        auto done = isRemoval ? collector.remove(path, **definition)
                              : collector.add(path, **definition, *value);
        if (!done)
            return fail(std::move(done).error());
    }
    return std::move(collector).finish();
}

Expected<std::vector<Path>> pathsOnly(std::span<const SenmlEntry> entries)
{
    std::vector<Path> paths;
    std::set<Path> seen;
    for (const auto& [path, value, isRemoval] : entries) {
        if (value || isRemoval)
            return bad(path.toString() + " has a value where only a name is asked");
        if (isUnassigned(path))
            return bad(path.toString() + " names no instance");
        if (seen.insert(path).second)
            paths.push_back(path);
    }
    return paths;
}

std::vector<SenmlNames> senmlNames(const Path& target, std::span<const Record> records)
{
    const bool isOneValue =
        std::ranges::all_of(records, [&](const Record& record) { return record.path == target; });
    const bool isTimed = std::ranges::all_of(
        records, [](const Record& record) { return record.takenAt.has_value(); });
    const std::string prefix =
        isOneValue || target.isRoot() ? target.toString() : target.toString() + "/";
    std::vector<SenmlNames> names;
    names.reserve(records.size());
    for (const Record& record : records) {
        SenmlNames& row = names.emplace_back();
        if (!isOneValue)
            row.name = record.path.toString().substr(prefix.size());
        if (record.takenAt)
            row.time = milliseconds(*record.takenAt);
    }
    if (names.empty())
        return names;
    names.front().baseName = prefix;
    if (!isTimed)
        return names;
    const std::int64_t first = *names.front().time;
    for (SenmlNames& row : names) {
        row.time = *row.time - first;
        if (*row.time == 0)
            row.time.reset();
    }
    names.front().baseTime = first;
    return names;
}

} // namespace causeway::lwm2m
