// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/frame_decoder.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "bridges/ble/bthome_cipher.hpp"
#include "bridges/ble/ccm.hpp"
#include "bridges/ble/xiaomi_cipher.hpp"
#include "bridges/modbus/raw_number.hpp"
#include "bridges/modbus/register_codec.hpp"

namespace causeway::bridges::ble {

using base::ByteView;
using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

/// One object of a TLV payload.
struct Object
{
    std::uint16_t identifier = 0;
    ByteView value;
};

tl::unexpected<base::Error> corrupt(std::string sentence)
{
    return fail(ErrorKind::Corrupt, std::move(sentence), base::Retry::Later);
}

bool fits(const AdvertisementFormat& format, ByteView payload)
{
    const auto& lengths = format.lengths;
    const bool hasLength =
        lengths.empty() || std::ranges::find(lengths, payload.size()) != lengths.end();
    return hasLength && payload.size() >= format.prefix.size() &&
           std::ranges::equal(payload.first(format.prefix.size()), format.prefix);
}

template <typename Entries, typename Key>
std::optional<ByteView>
find(const AdvertisementFormat& format, const Entries& entries, const Key& wanted)
{
    for (const auto& [key, payload] : entries) {
        if (key == wanted && fits(format, payload))
            return ByteView(payload);
    }
    return std::nullopt;
}

template <typename Entries, typename Key>
std::vector<ByteView>
findAll(const AdvertisementFormat& format, const Entries& entries, const Key& wanted)
{
    std::vector<ByteView> found;
    for (const auto& [key, payload] : entries) {
        if (key == wanted && fits(format, payload))
            found.emplace_back(payload);
    }
    return found;
}

bool fitsName(const AdvertisementFormat& format, std::string_view name)
{
    return format.namePrefix.empty() || name.empty() || name.starts_with(format.namePrefix);
}

/// bthome.io/format: how many arguments there are, of which three bits are reserved; what to do;
/// the arguments.
std::size_t commandLength(std::uint8_t head)
{
    constexpr std::uint8_t argumentBits = 0x1F;
    return std::size_t{2} + (head & argumentBits);
}

/// Behind its identifier; `at` moves to its end.
Expected<ByteView>
valueAt(const TlvLayout& layout, std::uint16_t identifier, ByteView payload, std::size_t& at)
{
    const auto known = layout.lengths.find(identifier);
    std::size_t length = known == layout.lengths.end() ? 0 : known->second;
    if (length == 0) {
        if (at == payload.size())
            return corrupt(fmt::format("the length of object 0x{:02x} is cut off", identifier));
        length = layout.commands.contains(identifier) ? commandLength(payload[at]) : payload[at++];
    }
    if (length > payload.size() - at)
        return corrupt(fmt::format("object 0x{:02x} is cut off", identifier));
    const auto value = payload.subspan(at, length);
    at += length;
    return value;
}

/// An object that nobody knows ends the walk: where the next one begins is in its length only. What
/// stood before it holds.
Expected<std::vector<Object>> walk(const TlvLayout& layout, ByteView payload)
{
    std::vector<Object> objects;
    std::size_t at = layout.first;
    while (at < payload.size()) {
        if (payload.size() - at < layout.identifierOctets) {
            // What is left is too short for an object, and the one before said where it ends.
            if (!objects.empty())
                return objects;
            return corrupt("an object's identifier is cut off");
        }
        std::uint16_t identifier = payload[at++];
        if (layout.identifierOctets == 2)
            identifier = static_cast<std::uint16_t>(identifier | (payload[at++] << 8U));
        if (!layout.lengths.contains(identifier) && !layout.countsOthers) {
            if (objects.empty())
                return corrupt(fmt::format("object 0x{:02x} is not known", identifier));
            return objects;
        }
        auto value = valueAt(layout, identifier, payload, at);
        if (!value)
            return fail(std::move(value).error());
        objects.push_back({identifier, *value});
    }
    return objects;
}

/// What offsets are counted in: the object, or all of a payload that has none.
std::optional<ByteView>
spaceOf(const Place& place, ByteView payload, const std::vector<Object>& objects)
{
    if (!place.object)
        return payload;
    std::uint8_t skip = place.occurrence;
    const auto found = std::ranges::find_if(objects, [&](const Object& object) {
        return object.identifier == *place.object && skip-- == 0;
    });
    if (found == objects.end())
        return std::nullopt;
    return found->value;
}

std::optional<ByteView> octetsOf(const Place& place, ByteView space)
{
    if (space.size() < std::size_t{place.at} + place.octets)
        return std::nullopt;
    return space.subspan(place.at, place.octets);
}

bool isText(const Field& field)
{
    return field.point.encoding.type == modbus::RawType::String;
}

/// As many octets of a longer UTF-8 text as have no more than `most` and cut no character.
ByteView wholeCharacters(ByteView text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    while (most > 0 && (text[most] & 0xC0U) == 0x80U)
        --most;
    return text.first(most);
}

/// A text has all octets that are left, and may be shorter than its profile allows.
std::optional<ByteView> octetsOf(const Field& field, ByteView space)
{
    if (!isText(field))
        return octetsOf(field.place, space);
    if (space.size() < field.place.at)
        return std::nullopt;
    return wholeCharacters(space.subspan(field.place.at), field.place.octets);
}

/// The same octets as registers: a number's highest octet first, a text's first.
std::vector<std::uint16_t> asRegisters(const Field& field, ByteView octets)
{
    base::Bytes ordered(octets.begin(), octets.end());
    if (!isText(field) && !field.place.isBigEndian)
        std::ranges::reverse(ordered);
    const std::size_t size = std::size_t{2} * field.point.encoding.words;
    ordered.insert(isText(field) ? ordered.end() : ordered.begin(),
                   size - std::min(size, ordered.size()),
                   std::uint8_t{0});
    std::vector<std::uint16_t> words;
    for (std::size_t i = 0; i + 1 < ordered.size(); i += 2)
        words.push_back(static_cast<std::uint16_t>((ordered[i] << 8U) | ordered[i + 1]));
    return words;
}

std::uint64_t joined(const std::vector<std::uint16_t>& words)
{
    std::uint64_t raw = 0;
    for (const std::uint16_t word : words)
        raw = (raw << 16U) | word;
    return raw;
}

std::vector<std::uint16_t> split(std::uint64_t raw, std::size_t count)
{
    std::vector<std::uint16_t> words(count);
    for (std::size_t i = count; i-- > 0; raw >>= 16U)
        words[i] = static_cast<std::uint16_t>(raw & 0xFFFFU);
    return words;
}

/// One of the numbers that a number, or a field of its bits, is made of; the sign stays where it
/// is.
std::uint64_t partOf(const Field& field, std::uint64_t raw)
{
    const auto& encoding = field.point.encoding;
    const bool hasSign = encoding.decoding == modbus::Decoding::SignMagnitude;
    const std::uint64_t sign =
        hasSign ? std::uint64_t{1} << (8U * field.place.octets - 1U) : std::uint64_t{0};
    std::uint64_t magnitude = (raw & ~sign) >> encoding.shift;
    if (encoding.width != 0)
        magnitude &= (std::uint64_t{1} << encoding.width) - 1;
    if (field.modulo != 0)
        magnitude %= field.modulo;
    return ((magnitude / field.divide) << encoding.shift) | (raw & sign);
}

/// One number without what is added to it, or a text.
Expected<model::Value> decodeField(const Field& field, ByteView octets)
{
    const auto words = asRegisters(field, octets);
    if (field.modulo == 0 && field.divide == 1)
        return modbus::decode(field.point, words);
    const std::uint64_t raw = joined(words);
    if (std::ranges::find(field.sentinels, modbus::fieldOf(field.point.encoding, raw)) !=
        field.sentinels.end())
        return fail(
            ErrorKind::Refused, "the device marks the value as not available", base::Retry::Later);
    return modbus::decode(field.point, split(partOf(field, raw), words.size()));
}

bool holds(const Flag& flag, ByteView payload)
{
    return flag.at < payload.size() && (payload[flag.at] & flag.mask) == flag.wanted;
}

/// 23 + 0.45 is 23.45 and no more.
double tidySum(double one, double other)
{
    constexpr double precision = 1e9;
    return std::round((one + other) * precision) / precision;
}

tl::unexpected<base::Error> notThere()
{
    return fail(ErrorKind::NotFound, "not in there");
}

Expected<model::Value>
valueOf(const Field& field, ByteView payload, const std::vector<Object>& objects);

/// Its first number with what is added and its sign, as the profile wants it.
Expected<model::Value>
sumOf(const Field& field, double sum, ByteView payload, const std::vector<Object>& objects)
{
    for (const Field& part : field.plus) {
        const auto more = valueOf(part, payload, objects);
        if (!more)
            return more;
        sum = tidySum(sum, model::asNumber(*more).value_or(0.0));
    }
    const auto space = spaceOf(field.place, payload, objects);
    if (field.negative && (!space || field.negative->at >= space->size()))
        return notThere();
    if (field.negative && sum != 0.0 && holds(*field.negative, *space))
        sum = -sum;
    return modbus::decode(*field.whole,
                          split(std::bit_cast<std::uint64_t>(sum), field.whole->encoding.words));
}

/// NotFound for what is not in there; otherwise why it is no value.
Expected<model::Value>
valueOf(const Field& field, ByteView payload, const std::vector<Object>& objects)
{
    const auto space = spaceOf(field.place, payload, objects);
    if (!space || !isThere(field, *space))
        return notThere();
    const auto octets = octetsOf(field, *space);
    if (!octets)
        return notThere();
    if (field.invalid && holds(*field.invalid, *space))
        return fail(
            ErrorKind::Refused, "the device says that the value is none", base::Retry::Later);
    auto value = decodeField(field, *octets);
    if (!value || !field.whole)
        return value;
    return sumOf(field, model::asNumber(*value).value_or(0.0), payload, objects);
}

/// The first of the fields that has a value; else why the first that is in there has none.
Expected<model::Value>
valueOf(const Source& source, ByteView payload, const std::vector<Object>& objects)
{
    Expected<model::Value> result = notThere();
    for (const Field& field : source.fields) {
        auto value = valueOf(field, payload, objects);
        if (value)
            return value;
        if (result.error().kind == ErrorKind::NotFound)
            result = std::move(value);
    }
    return result;
}

} // namespace

std::optional<ByteView> payloadIn(const AdvertisementFormat& format,
                                  const Advertisement& advertisement)
{
    if (!fitsName(format, advertisement.name))
        return std::nullopt;
    if (format.company)
        return find(format, advertisement.manufacturerData, *format.company);
    return find(format, advertisement.serviceData, format.service);
}

std::vector<ByteView> payloadsIn(const AdvertisementFormat& format,
                                 const Advertisement& advertisement)
{
    if (!fitsName(format, advertisement.name))
        return {};
    if (format.company)
        return findAll(format, advertisement.manufacturerData, *format.company);
    return findAll(format, advertisement.serviceData, format.service);
}

Expected<PlainPayload> openPayload(const AdvertisementFormat& format,
                                   ByteView payload,
                                   std::string_view address,
                                   ByteView key)
{
    switch (format.encryption) {
    case Encryption::None:
        break;
    case Encryption::BthomeV2:
        return openBthome(payload, address, key);
    case Encryption::MiBeacon:
        return openMiBeacon(payload, address, key);
    case Encryption::Pvvx:
        return openPvvx(payload, address, key);
    }
    return PlainPayload{{payload.begin(), payload.end()}, std::nullopt, false};
}

Expected<void> admitKey(const AdvertisementFormat& format, ByteView key)
{
    if (format.encryption == Encryption::None)
        return fail(ErrorKind::NotSupported, "devices of this profile do not encrypt");
    if (!key.empty() && key.size() != sensorKeySize)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("the key of such a device has {} octets, this one {}",
                                sensorKeySize,
                                key.size()));
    return {};
}

Expected<Frame>
decodeFrame(const AdvertisementFormat& format, std::span<const Source> sources, ByteView payload)
{
    std::vector<Object> objects;
    if (format.tlv) {
        auto walked = walk(*format.tlv, payload);
        if (!walked)
            return fail(walked.error());
        objects = std::move(*walked);
    }
    Frame frame;
    if (format.counter) {
        const auto& counter = *format.counter;
        const Place place{counter.object, 0, counter.at, counter.octets, false};
        const auto space = spaceOf(place, payload, objects);
        if (const auto octets = space ? octetsOf(place, *space) : std::nullopt)
            frame.counter.emplace(octets->begin(), octets->end());
    }
    for (std::size_t i = 0; i < sources.size(); ++i) {
        auto value = valueOf(sources[i], payload, objects);
        if (value)
            frame.values.emplace_back(i, std::move(*value));
        else if (value.error().kind != ErrorKind::NotFound)
            frame.missing.emplace_back(i, std::move(value.error()));
    }
    return frame;
}

bool isThere(const Field& field, ByteView space)
{
    return !field.when || holds(*field.when, space);
}

Expected<model::Value> valueIn(const Source& source, ByteView payload)
{
    return valueOf(source, payload, {});
}

} // namespace causeway::bridges::ble
