// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/labels.hpp"

#include <cctype>

#include "dbus/ctl/setting_options.hpp"

namespace causeway::dbus::ctl {

namespace {

const SettingOption* optionFor(std::string_view key)
{
    for (const auto kind : {Kind::Device, Kind::Line, Kind::Server}) {
        for (const auto& option : settingOptions(kind)) {
            if (option.key == key)
                return &option;
        }
    }
    return nullptr;
}

/// "--allow-server-writes,!--no-allow-server-writes" is "allow server writes".
std::string wordsOf(std::string_view flags)
{
    std::string words;
    for (const char letter : flags.substr(2, flags.find(',') - 2))
        words += letter == '-' ? ' ' : letter;
    return words;
}

std::string split(std::string_view camelCase)
{
    std::string words;
    for (const char letter : camelCase) {
        const auto octet = static_cast<unsigned char>(letter);
        if (std::isupper(octet) != 0 && !words.empty())
            words += ' ';
        words += static_cast<char>(std::tolower(octet));
    }
    return words;
}

bool isTime(std::string_view key)
{
    return key.ends_with("At") || key.ends_with("Since");
}

/// "failures 0, registrations 1"
std::string inOneLine(const Json& object)
{
    std::string line;
    for (const auto& [key, value] : object.items())
        line.append(line.empty() ? "" : ", ")
            .append(labelOf(key))
            .append(" ")
            .append(shownAs(key, value));
    return line;
}

/// "unit 1, profile eastron-sdm120; unit 7, profile "
std::string eachInOneLine(const Json& objects)
{
    std::string line;
    for (const auto& object : objects)
        line.append(line.empty() ? "" : "; ").append(inOneLine(object));
    return line;
}

} // namespace

std::string labelOf(std::string_view key)
{
    const auto* const option = optionFor(key);
    return option == nullptr ? split(key) : wordsOf(option->flags);
}

std::string inWordsOfOptions(const std::string& sentence)
{
    const auto colon = sentence.find(": ");
    const auto* const option =
        colon == std::string::npos ? nullptr : optionFor(sentence.substr(0, colon));
    if (option == nullptr)
        return sentence;
    const std::string_view flags = option->flags;
    return std::string(flags.substr(0, flags.find(','))) + sentence.substr(colon);
}

std::string shownAs(std::string_view key, const Json& value)
{
    if (value.is_object())
        return inOneLine(value);
    if (value.is_array() && value.empty())
        return "none";
    if (value.is_array() && value.front().is_object())
        return eachInOneLine(value);
    if (isTime(key) && value.is_number())
        return value == 0 ? std::string() : timeText(value.get<std::uint64_t>());
    const auto* const option = value.is_number() ? optionFor(key) : nullptr;
    const std::string unit = option == nullptr ? "" : option->unit;
    return unit.empty() ? toText(value) : toText(value) + " " + unit;
}

} // namespace causeway::dbus::ctl
