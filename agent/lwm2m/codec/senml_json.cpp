// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/senml_json.hpp"

#include <cmath>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/lwm2m/codec/base64.hpp"

namespace causeway::lwm2m {

using base::Bytes;
using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Path;
using model::Value;
using Json = nlohmann::json;

namespace {

std::string quoted(const std::string& text)
{
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string field(const std::string& text)
{
    return "\"vs\":" + quoted(text);
}

std::string field(bool truth)
{
    return truth ? "\"vb\":true" : "\"vb\":false";
}

std::string field(const Bytes& bytes)
{
    return fmt::format("\"vd\":\"{}\"", toBase64Url(bytes));
}

std::string field(const model::Time& time)
{
    return fmt::format("\"v\":{}", time.seconds);
}

std::string field(const model::ObjectLink& link)
{
    return fmt::format("\"vlo\":\"{}:{}\"", link.object, link.instance);
}

std::string field(const model::CoreLink& link)
{
    return field(link.text);
}

template <typename Number>
std::string field(Number number)
{
    return fmt::format("\"v\":{}", number);
}

std::string seconds(std::int64_t milliseconds)
{
    std::string text = fmt::format("{}{}.{:03}",
                                   milliseconds < 0 ? "-" : "",
                                   std::abs(milliseconds / 1000),
                                   std::abs(milliseconds % 1000));
    while (text.back() == '0')
        text.pop_back();
    if (text.back() == '.')
        text.pop_back();
    return text;
}

std::string recordText(const SenmlNames& names, const Value& value)
{
    std::string text = "{";
    if (!names.baseName.empty())
        text += fmt::format("\"bn\":\"{}\",", names.baseName);
    if (names.baseTime)
        text += fmt::format("\"bt\":{},", seconds(*names.baseTime));
    if (!names.name.empty())
        text += fmt::format("\"n\":\"{}\",", names.name);
    if (names.time)
        text += fmt::format("\"t\":{},", seconds(*names.time));
    text += std::visit([](const auto& content) { return field(content); }, value);
    return text + "}";
}

bool hasJsonValue(const Record& record)
{
    if (!record.value)
        return false;
    const auto* number = std::get_if<double>(&*record.value);
    return number == nullptr || std::isfinite(*number);
}

// Hears the parser's events; the parser itself does not recurse. Depth is the state's alone: an
// array of records of scalars. What is deeper is under an unknown label and skipped, or ends the
// parsing.
class SenmlJsonListener final : public nlohmann::json_sax<Json>
{
public:
    bool null() override
    {
        if (skippedDepth_ > 0)
            return true;
        if (state_ != State::Record)
            return refuse("a value outside a record");
        const auto label = senmlLabel(key_);
        return keep(label ? pack_.nullField(*label) : pack_.unknownField(key_));
    }

    bool boolean(bool truth) override { return scalar(truth); }

    bool number_integer(std::int64_t number) override { return scalar(number); }

    bool number_unsigned(std::uint64_t number) override { return scalar(integer(number)); }

    bool number_float(double number, const std::string& /*text*/) override
    {
        return scalar(number);
    }

    bool string(std::string& text) override { return scalar(std::move(text)); }

    bool binary(Json::binary_t& /*bytes*/) override { return refuse("JSON has no binary"); }

    bool start_object(std::size_t /*size*/) override
    {
        if (state_ == State::Record)
            return skip();
        return enter(State::Array, State::Record, "an object that is no record");
    }

    bool start_array(std::size_t /*size*/) override
    {
        if (state_ == State::Record)
            return skip();
        return enter(State::Start, State::Array, "an array inside the pack");
    }

    bool key(std::string& name) override
    {
        if (skippedDepth_ == 0)
            key_ = std::move(name);
        return true;
    }

    bool end_object() override
    {
        if (skippedDepth_ > 0)
            return unskip();
        state_ = State::Array;
        return keep(pack_.endRecord());
    }

    bool end_array() override
    {
        if (skippedDepth_ > 0)
            return unskip();
        state_ = State::End;
        return true;
    }

    bool parse_error(std::size_t position,
                     const std::string& /*token*/,
                     const nlohmann::detail::exception& /*error*/) override
    {
        return refuse(fmt::format("bad JSON at octet {}", position));
    }

    Expected<std::vector<SenmlEntry>> result() &&
    {
        if (error_)
            return fail(*std::move(error_));
        return std::move(pack_).take();
    }

private:
    enum class State : std::uint8_t { Start, Array, Record, End };

    static Value integer(std::uint64_t number)
    {
        if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return number;
        return static_cast<std::int64_t>(number);
    }

    bool refuse(const std::string& why)
    {
        error_ = base::Error{ErrorKind::InvalidArgument, "SenML JSON: " + why, base::Retry::Never};
        return false;
    }

    bool keep(Expected<void> result)
    {
        if (!result)
            error_ = std::move(result).error();
        return !error_;
    }

    bool enter(State from, State into, const char* otherwise)
    {
        if (state_ != from)
            return refuse(otherwise);
        state_ = into;
        return true;
    }

    // RFC 8428 §4.4: what is not known is ignored, whatever it is.
    bool skip()
    {
        if (skippedDepth_ == 0 && senmlLabel(key_))
            return refuse(key_ + " is an array or an object");
        if (skippedDepth_ == 0 && !keep(pack_.unknownField(key_)))
            return false;
        if (skippedDepth_ == deepestUnknownValue)
            return keep(fail(ErrorKind::LimitExceeded, "SenML JSON: an unknown label is too deep"));
        ++skippedDepth_;
        return true;
    }

    bool unskip()
    {
        --skippedDepth_;
        return true;
    }

    bool scalar(Value value)
    {
        if (skippedDepth_ > 0)
            return true;
        if (state_ != State::Record)
            return refuse("a value outside a record");
        const auto label = senmlLabel(key_);
        if (!label)
            return keep(pack_.unknownField(key_));
        if (label != SenmlLabel::DataValue)
            return keep(pack_.field(*label, std::move(value)));
        const auto* text = std::get_if<std::string>(&value);
        auto bytes = text == nullptr ? std::nullopt : fromBase64(*text);
        return bytes ? keep(pack_.field(*label, std::move(*bytes))) : refuse("vd is no base64");
    }

    State state_ = State::Start;
    std::string key_;
    std::size_t skippedDepth_ = 0; ///< inside the value of an unknown label
    SenmlPack pack_;
    std::optional<base::Error> error_;
};

} // namespace

Expected<Bytes> encodeSenmlJson(const Path& target, std::span<const Record> records)
{
    std::vector<Record> valued;
    std::ranges::copy_if(records, std::back_inserter(valued), hasJsonValue);
    const auto names = senmlNames(target, valued);
    std::string text = "[";
    for (std::size_t i = 0; i < valued.size(); ++i)
        text += (i == 0 ? "" : ",") + recordText(names[i], *valued[i].value);
    return base::toBytes(text + "]");
}

Expected<std::vector<SenmlEntry>> parseSenmlJson(base::ByteView payload)
{
    SenmlJsonListener listener;
    const auto text = base::asText(payload);
    Json::sax_parse(text.begin(), text.end(), &listener);
    return std::move(listener).result();
}

} // namespace causeway::lwm2m
