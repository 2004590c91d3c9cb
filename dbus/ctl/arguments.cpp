// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/arguments.hpp"

#include <algorithm>
#include <cctype>

namespace causeway::dbus::ctl {

namespace {

bool isNegativeNumber(const std::string& word)
{
    const std::size_t digit = word.starts_with("-.") ? 2 : 1;
    return word.size() > digit && word.front() == '-' &&
           std::isdigit(static_cast<unsigned char>(word[digit])) != 0;
}

} // namespace

std::vector<std::string> reversed(std::vector<std::string> arguments)
{
    const bool isMarked = std::ranges::find(arguments, "--") != arguments.end();
    const auto number = std::ranges::adjacent_find(
        arguments, [](const std::string& before, const std::string& word) {
            return !before.starts_with("--") && isNegativeNumber(word);
        });
    if (!isMarked && number != arguments.end()) {
        std::rotate(number + 1, number + 2, arguments.end());
        arguments.insert(arguments.end() - 1, "--");
    }
    std::ranges::reverse(arguments);
    return arguments;
}

} // namespace causeway::dbus::ctl
