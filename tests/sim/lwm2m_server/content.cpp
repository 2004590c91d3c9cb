// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/lwm2m_server/content.hpp"

#include <bit>
#include <map>
#include <stdexcept>

namespace causeway::sim {

namespace {

constexpr unsigned textFormat = 0;
constexpr unsigned linkFormat = 40;
constexpr unsigned opaqueFormat = 42;
constexpr unsigned cborFormat = 60;
constexpr unsigned senmlJsonFormat = 110;
constexpr unsigned senmlCborFormat = 112;
constexpr unsigned tlvFormat = 11542;

std::string bigEndian(std::uint64_t value, std::size_t size)
{
    std::string octets(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        octets[size - 1 - i] = static_cast<char>(value >> (8 * i));
    return octets;
}

std::string shortestInteger(std::int64_t value)
{
    const auto bits = static_cast<std::uint64_t>(value);
    if (value == static_cast<std::int8_t>(value))
        return bigEndian(bits, 1);
    if (value == static_cast<std::int16_t>(value))
        return bigEndian(bits, 2);
    return bigEndian(bits, value == static_cast<std::int32_t>(value) ? 4 : 8);
}

std::string tlvContent(const Json& value)
{
    if (value.is_boolean())
        return {value.get<bool>() ? '\1' : '\0'};
    if (value.is_number_integer())
        return shortestInteger(value.get<std::int64_t>());
    if (value.is_number())
        return bigEndian(std::bit_cast<std::uint64_t>(value.get<double>()), 8);
    return value.get<std::string>();
}

// LwM2M Core §7.4.3: a Resource with Value, 8- or 16-bit identifier and length.
std::string tlvResource(const std::string& path, const Json& value)
{
    const auto content = tlvContent(value);
    const auto id = static_cast<unsigned>(std::stoul(path.substr(path.rfind('/') + 1)));
    unsigned type = 0xc0 | (id > 255 ? 0x20U : 0U);
    std::string length;
    if (content.size() < 8) {
        type |= static_cast<unsigned>(content.size());
    } else {
        length = bigEndian(content.size(), content.size() < 256 ? 1 : 2);
        type |= static_cast<unsigned>(length.size()) << 3;
    }
    return bigEndian(type, 1) + bigEndian(id, id > 255 ? 2 : 1) + length + content;
}

std::string toCbor(const Json& value)
{
    const auto octets = Json::to_cbor(value);
    return {octets.begin(), octets.end()};
}

const char* senmlLabel(const Json& value)
{
    if (value.is_boolean())
        return "vb";
    return value.is_number() ? "v" : "vs";
}

// RFC 8428 §6: one record; labels bn -2, v 2, vs 3, vb 4.
std::string senmlCborRecord(const std::string& path, const Json& value)
{
    const std::map<std::string, char> labels{{"v", '\2'}, {"vs", '\3'}, {"vb", '\4'}};
    return std::string("\x81\xa2\x21") + toCbor(path) + labels.at(senmlLabel(value)) +
           toCbor(value);
}

std::string plainText(const Json& value)
{
    if (value.is_boolean())
        return value.get<bool>() ? "1" : "0";
    return value.is_string() ? value.get<std::string>() : value.dump();
}

Json senmlValues(const std::string& payload)
{
    Json values = Json::object();
    std::string base;
    for (const auto& record : Json::parse(payload)) {
        base = record.value("bn", base);
        const std::string name = base + record.value("n", std::string());
        for (const auto* label : {"v", "vs", "vb", "vd", "vlo"})
            if (record.contains(label))
                values[name] = record[label];
    }
    return values;
}

Json tlvTree(const std::string& payload, std::size_t& at, std::size_t end)
{
    const auto number = [&](std::size_t size) {
        std::size_t value = 0;
        for (; size > 0; --size)
            value = (value << 8) | static_cast<unsigned char>(payload.at(at++));
        return value;
    };
    static constexpr std::array<const char*, 4> kinds{
        "instance", "resourceInstance", "multiple", "resource"};
    Json entries = Json::array();
    while (at < end) {
        const auto type = number(1);
        const auto kind = type >> 6;
        const auto id = number((type & 0x20) != 0 ? 2 : 1);
        const auto lengthSize = (type >> 3) & 3;
        const auto length = lengthSize == 0 ? type & 7 : number(lengthSize);
        Json entry{{"kind", kinds.at(kind)}, {"id", id}};
        if (kind == 0 || kind == 2) {
            entry["entries"] = tlvTree(payload, at, at + length);
        } else {
            entry["hex"] = toHex(payload.substr(at, length));
            at += length;
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

void decode(Json& content, const std::string& payload, unsigned format)
{
    std::size_t at = 0;
    switch (format) {
    case senmlJsonFormat:
        content["values"] = senmlValues(payload);
        break;
    case cborFormat:
        content["value"] = Json::from_cbor(payload);
        break;
    case tlvFormat:
        content["tlv"] = tlvTree(payload, at, payload.size());
        break;
    default:
        break;
    }
}

} // namespace

unsigned formatOf(const Json& name)
{
    static const std::map<std::string, unsigned> formats{{"text", textFormat},
                                                         {"link", linkFormat},
                                                         {"opaque", opaqueFormat},
                                                         {"cbor", cborFormat},
                                                         {"senml-json", senmlJsonFormat},
                                                         {"senml-cbor", senmlCborFormat},
                                                         {"tlv", tlvFormat}};
    return name.is_number() ? name.get<unsigned>() : formats.at(name.get<std::string>());
}

std::string encodeValue(const std::string& path, const Json& value, unsigned format)
{
    switch (format) {
    case textFormat:
        return plainText(value);
    case opaqueFormat:
        return fromHex(value.get<std::string>());
    case cborFormat:
        return toCbor(value);
    case senmlJsonFormat:
        return Json::array({{{"bn", path}, {senmlLabel(value), value}}}).dump();
    case senmlCborFormat:
        return senmlCborRecord(path, value);
    case tlvFormat:
        return tlvResource(path, value);
    default:
        throw std::runtime_error("no encoding for this format: give hex");
    }
}

Json describeContent(const std::string& payload, unsigned format)
{
    Json content{{"format", format}};
    const bool isText = format == textFormat || format == linkFormat || format == senmlJsonFormat;
    content[isText ? "text" : "hex"] = isText ? payload : toHex(payload);
    try {
        decode(content, payload, format);
    } catch (const std::exception& error) {
        content["malformed"] = error.what();
    }
    return content;
}

std::string toHex(const std::string& octets)
{
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char octet : octets) {
        text += digits[octet >> 4];
        text += digits[octet & 15];
    }
    return text;
}

std::string fromHex(const std::string& text)
{
    if (text.size() % 2 != 0 ||
        text.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
        throw std::runtime_error("not hexadecimal");
    std::string octets;
    for (std::size_t i = 0; i < text.size(); i += 2)
        octets += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
    return octets;
}

std::string codeText(unsigned code)
{
    const auto detail = std::to_string(code & 31);
    return std::to_string(code >> 5) + "." + (detail.size() < 2 ? "0" : "") + detail;
}

unsigned codeOf(const std::string& text)
{
    if (text.size() != 4 || text[1] != '.')
        throw std::runtime_error("not a code: " + text);
    return static_cast<unsigned>(std::stoi(text.substr(0, 1)) << 5 | std::stoi(text.substr(2)));
}

} // namespace causeway::sim
