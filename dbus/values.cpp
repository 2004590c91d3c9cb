// SPDX-License-Identifier: Apache-2.0
#include "dbus/values.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

namespace causeway::dbus {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

using BusLink = sdbus::Struct<std::uint16_t, std::uint16_t>;

struct ToVariant
{
    sdbus::Variant operator()(const model::Time& time) const
    {
        return sdbus::Variant(time.seconds);
    }

    sdbus::Variant operator()(const model::ObjectLink& link) const
    {
        return sdbus::Variant(BusLink(link.object, link.instance));
    }

    sdbus::Variant operator()(const model::CoreLink& link) const
    {
        return sdbus::Variant(link.text);
    }

    template <typename Plain>
    sdbus::Variant operator()(const Plain& plain) const
    {
        return sdbus::Variant(plain);
    }
};

/// Appends a variant with the value, of the type that ToVariant gives it.
struct AppendValue
{
    sdbus::Message& message;

    void operator()(bool value) const { append("b", value); }

    void operator()(std::int64_t value) const { append("x", value); }

    void operator()(std::uint64_t value) const { append("t", value); }

    void operator()(double value) const { append("d", value); }

    void operator()(const std::string& value) const { append("s", value); }

    void operator()(const model::Time& time) const { append("x", time.seconds); }

    void operator()(const model::CoreLink& link) const { append("s", link.text); }

    /// Rare ones may cost what they cost.
    template <typename Other>
    void operator()(const Other& value) const
    {
        message << ToVariant{}(value);
    }

    template <typename Wire>
    void append(const char* signature, const Wire& value) const
    {
        message.openVariant(signature);
        message << value;
        message.closeVariant();
    }
};

template <typename Wire, typename Inside = Wire>
model::Value plain(const sdbus::Variant& variant)
{
    return model::Value(Inside{variant.get<Wire>()});
}

model::Value link(const sdbus::Variant& variant)
{
    const auto pair = variant.get<BusLink>();
    return model::ObjectLink{std::get<0>(pair), std::get<1>(pair)};
}

struct Row
{
    std::string_view signature;
    model::Value (*read)(const sdbus::Variant&);
};

// clang-format off
constexpr std::array readers{
    Row{"s",    plain<std::string>},
    Row{"y",    plain<std::uint8_t, std::int64_t>},
    Row{"n",    plain<std::int16_t, std::int64_t>},
    Row{"q",    plain<std::uint16_t, std::int64_t>},
    Row{"i",    plain<std::int32_t, std::int64_t>},
    Row{"u",    plain<std::uint32_t, std::int64_t>},
    Row{"x",    plain<std::int64_t>},
    Row{"t",    plain<std::uint64_t>},
    Row{"d",    plain<double>},
    Row{"b",    plain<bool>},
    Row{"ay",   plain<base::Bytes>},
    Row{"(qq)", link},
};
// clang-format on

} // namespace

std::string signatureOf(const sdbus::Variant& variant)
{
    return variant.isEmpty() ? std::string() : std::string(variant.peekValueType());
}

sdbus::Variant toVariant(const model::Value& value)
{
    return std::visit(ToVariant{}, value);
}

Expected<model::Value> toValue(const sdbus::Variant& variant)
{
    const auto signature = signatureOf(variant);
    const auto* const row = std::ranges::find(readers, signature, &Row::signature);
    if (row == readers.end())
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("no LwM2M type is carried as D-Bus type \"{}\"; s, y, n, q, i, u, "
                                "x, t, d, b, ay and (qq) are",
                                signature));
    return row->read(variant);
}

BusSample toBusSample(const model::Sample& sample)
{
    return {sample.path.toString(),
            toVariant(sample.value),
            std::string(model::toString(model::typeOf(sample.value))),
            toMicroseconds(sample.takenAt),
            std::string(toString(sample.quality))};
}

std::vector<BusSample> toBusSamples(const std::vector<model::Sample>& samples)
{
    std::vector<BusSample> all;
    all.reserve(samples.size());
    std::ranges::transform(samples, std::back_inserter(all), toBusSample);
    return all;
}

void append(sdbus::Message& message, const std::vector<model::Sample>& samples)
{
    message.openContainer("(svsts)");
    for (const model::Sample& sample : samples) {
        message.openStruct("svsts");
        message << sample.path.toString();
        std::visit(AppendValue{message}, sample.value);
        message << std::string(model::toString(model::typeOf(sample.value)))
                << toMicroseconds(sample.takenAt) << std::string(toString(sample.quality));
        message.closeStruct();
    }
    message.closeContainer();
}

std::string_view toString(model::Quality quality)
{
    switch (quality) {
    case model::Quality::Unchecked:
        return "unchecked";
    case model::Quality::RejectedCertain:
        return "rejected-certain";
    case model::Quality::RejectedProbable:
        return "rejected-probable";
    case model::Quality::Suspicious:
        return "suspicious";
    case model::Quality::Accepted:
        return "accepted";
    }
    return "unchecked";
}

std::uint64_t toMicroseconds(base::WallTime time)
{
    const auto since =
        std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    return since < 0 ? 0 : static_cast<std::uint64_t>(since);
}

} // namespace causeway::dbus
