// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/old_json.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/lwm2m/codec/base64.hpp"
#include "agent/lwm2m/codec/record_collector.hpp"

namespace causeway::lwm2m {

using base::Bytes;
using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Path;
using model::Value;
using Json = nlohmann::json;

namespace {

// The longest path has 24 characters.
constexpr std::size_t longestName = 64;

std::string quoted(const std::string& text)
{
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string field(const Value& value)
{
    switch (model::typeOf(value)) {
    case model::ResourceType::Boolean:
        return std::get<bool>(value) ? "\"bv\":true" : "\"bv\":false";
    case model::ResourceType::Opaque:
        return "\"sv\":" + quoted(toBase64(std::get<Bytes>(value)));
    case model::ResourceType::ObjectLink:
        return "\"ov\":" + quoted(model::toText(value));
    case model::ResourceType::String:
    case model::ResourceType::CoreLink:
        return "\"sv\":" + quoted(model::toText(value));
    default:
        return "\"v\":" + model::toText(value);
    }
}

bool hasJsonValue(const Record& record)
{
    const auto* number = record.value ? std::get_if<double>(&*record.value) : nullptr;
    return record.value && (number == nullptr || std::isfinite(*number));
}

struct Entry
{
    std::string name;
    std::string label; ///< "v", "sv", "bv" or "ov"; empty: there was none
    Value value;
};

// Hears the parser's events; the parser itself does not recurse, and what is deeper than the
// entries ends the parsing.
class OldJsonListener final : public nlohmann::json_sax<Json>
{
public:
    bool null() override { return refuse("null is no value"); }

    bool boolean(bool truth) override { return scalar(truth); }

    bool number_integer(std::int64_t number) override { return scalar(number); }

    bool number_unsigned(std::uint64_t number) override
    {
        constexpr auto largest =
            static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        return number > largest ? scalar(number) : scalar(static_cast<std::int64_t>(number));
    }

    bool number_float(double number, const std::string& /*text*/) override
    {
        return scalar(number);
    }

    bool string(std::string& text) override { return scalar(std::move(text)); }

    bool binary(Json::binary_t& /*bytes*/) override { return refuse("JSON has no binary"); }

    bool start_object(std::size_t /*size*/) override
    {
        if (state_ == State::Array) {
            entries_.emplace_back();
            return enter(State::Entry, entries_.size() <= mostRecords);
        }
        return enter(State::Object, state_ == State::Start);
    }

    bool start_array(std::size_t /*size*/) override
    {
        return enter(State::Array, state_ == State::Object && key_ == "e");
    }

    bool key(std::string& name) override
    {
        key_ = std::move(name);
        return true;
    }

    bool end_object() override
    {
        return enter(state_ == State::Entry ? State::Array : State::End, true);
    }

    bool end_array() override { return enter(State::Object, true); }

    bool parse_error(std::size_t position,
                     const std::string& /*token*/,
                     const nlohmann::detail::exception& /*error*/) override
    {
        return refuse(fmt::format("bad JSON at octet {}", position));
    }

    [[nodiscard]] const std::string& baseName() const { return baseName_; }

    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

    [[nodiscard]] const std::optional<base::Error>& error() const { return error_; }

private:
    enum class State : std::uint8_t { Start, Object, Array, Entry, End };

    bool refuse(const std::string& why)
    {
        error_ = base::Error{ErrorKind::InvalidArgument, "JSON: " + why, base::Retry::Never};
        return false;
    }

    bool enter(State next, bool isAllowed)
    {
        state_ = next;
        return isAllowed || refuse("not the structure of LwM2M 1.0, or too much of it");
    }

    bool name(std::string& into, const Value& value)
    {
        const auto* text = std::get_if<std::string>(&value);
        if (text == nullptr || text->size() > longestName)
            return refuse("a name that is no text or too long");
        into = *text;
        return true;
    }

    bool scalar(Value value)
    {
        if (state_ == State::Object) // "bt" says when, which a Write does not ask
            return key_ != "bn" || name(baseName_, value);
        if (state_ != State::Entry)
            return refuse("a value outside an entry");
        Entry& entry = entries_.back();
        if (key_ == "n")
            return name(entry.name, value);
        if (key_ != "v" && key_ != "sv" && key_ != "bv" && key_ != "ov")
            return true;
        if (!entry.label.empty())
            return refuse("two values in one entry");
        entry.label = key_;
        entry.value = std::move(value);
        return true;
    }

    State state_ = State::Start;
    std::string key_;
    std::string baseName_;
    std::vector<Entry> entries_;
    std::optional<base::Error> error_;
};

Expected<Value> valueOf(const Entry& entry, model::ResourceType type)
{
    const auto* text = std::get_if<std::string>(&entry.value);
    const bool isBoolean = std::holds_alternative<bool>(entry.value);
    const bool isText = entry.label == "sv" || entry.label == "ov";
    if (isText != (text != nullptr) || (entry.label == "bv") != isBoolean)
        return fail(ErrorKind::InvalidArgument, "JSON: a value that does not fit its label");
    if (entry.label == "ov")
        return model::fromText(model::ResourceType::ObjectLink, *text);
    if (type != model::ResourceType::Opaque || text == nullptr)
        return entry.value;
    auto bytes = fromBase64(*text);
    if (!bytes)
        return fail(ErrorKind::InvalidArgument, "JSON: an opaque value that is no base64");
    return Value(*std::move(bytes));
}

Expected<Path> pathOf(const OldJsonListener& heard, const Entry& entry, const Path& target)
{
    std::string name = heard.baseName();
    if (name.empty())
        name = target.isRoot() ? "/" : target.toString() + (entry.name.empty() ? "" : "/");
    name += entry.name;
    if (name.size() > 1 && name.ends_with('/'))
        name.pop_back();
    return Path::parse(name);
}

} // namespace

Expected<Bytes> encodeOldJson(const Path& target, std::span<const Record> records)
{
    const Path base = target.size() > 2 ? target.parent() : target;
    const std::string prefix = base.isRoot() ? "/" : base.toString() + "/";
    std::string entries;
    for (const Record& record : records) {
        if (!hasJsonValue(record))
            continue;
        entries += fmt::format("{}{{\"n\":\"{}\",{}}}",
                               entries.empty() ? "" : ",",
                               record.path.toString().substr(prefix.size()),
                               field(*record.value));
    }
    return base::toBytes(fmt::format("{{\"bn\":\"{}\",\"e\":[{}]}}", prefix, entries));
}

Expected<std::vector<Record>>
decodeOldJson(const Path& target, base::ByteView payload, const model::Definitions& definitions)
{
    OldJsonListener heard;
    const auto text = base::asText(payload);
    Json::sax_parse(text.begin(), text.end(), &heard);
    if (heard.error())
        return fail(*heard.error());
    RecordCollector collector(target, definitions);
    for (const Entry& entry : heard.entries()) {
        const auto path = pathOf(heard, entry, target);
        if (!path)
            return fail(path.error().in("JSON"));
        if (entry.label.empty())
            return fail(ErrorKind::InvalidArgument, "JSON: " + path->toString() + " has no value");
        const auto definition = collector.find(*path);
        if (!definition)
            return fail(definition.error());
        if (*definition == nullptr)
            continue;
        const auto value = valueOf(entry, (*definition)->type);
        if (!value)
            return fail(value.error().in(path->toString()));
        if (auto added = collector.add(*path, **definition, *value); !added)
            return fail(added.error());
    }
    return std::move(collector).finish();
}

} // namespace causeway::lwm2m
