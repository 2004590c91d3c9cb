// SPDX-License-Identifier: Apache-2.0
#include "dbus/object_path.hpp"

#include <fmt/format.h>

#include "agent/base/bytes.hpp"

namespace causeway::dbus {

namespace {

bool isDigit(char character)
{
    return character >= '0' && character <= '9';
}

bool isLetter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

} // namespace

std::string_view wordFor(Kind kind)
{
    switch (kind) {
    case Kind::Line:
        return "line";
    case Kind::Server:
        return "server";
    case Kind::Device:
        return "device";
    }
    return "";
}

std::string nameIn(Kind kind, std::string_view path)
{
    const auto start = fmt::format("{}/{}/", rootPath, wordFor(kind));
    if (!path.starts_with(start))
        return "";
    std::string name;
    for (auto rest = path.substr(start.size()); !rest.empty();) {
        const bool isEscaped = rest.front() == '_' && rest.size() >= 3;
        const auto octet = isEscaped ? base::fromHex(rest.substr(1, 2)) : std::nullopt;
        name += octet ? static_cast<char>(octet->front()) : rest.front();
        rest.remove_prefix(octet ? 3 : 1);
    }
    return name;
}

std::string objectPath(Kind kind, std::string_view name)
{
    std::string path = fmt::format("{}/{}/", rootPath, wordFor(kind));
    if (name.empty())
        return path + "_";
    const std::size_t start = path.size();
    for (const char character : name) {
        if (isLetter(character) || (isDigit(character) && path.size() > start))
            path += character;
        else
            path += fmt::format("_{:02x}", static_cast<unsigned char>(character));
    }
    return path;
}

} // namespace causeway::dbus
