// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/mistake.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agent/base/nearest_word.hpp"
#include "dbus/ctl/plain_text.hpp"

namespace causeway::dbus::ctl {

namespace {

using Words = std::vector<std::string>;

const CLI::App& innermost(const CLI::App& app)
{
    const CLI::App* command = &app;
    while (!command->get_subcommands().empty())
        command = command->get_subcommands().front();
    return *command;
}

/// "causewayctl device add"
std::string nameOf(const CLI::App& command)
{
    const auto* const parent = command.get_parent();
    return parent == nullptr ? command.get_name() : nameOf(*parent) + " " + command.get_name();
}

Words commandsIn(const CLI::App& command)
{
    Words words;
    for (const auto* one : command.get_subcommands([](const CLI::App*) { return true; }))
        words.push_back(one->get_name());
    return words;
}

/// Its own and those that every command has.
Words optionsOf(const CLI::App& command)
{
    Words words;
    for (const auto* at = &command; at != nullptr; at = at->get_parent()) {
        for (const auto* option : at->get_options()) {
            for (const auto& name : option->get_lnames())
                words.push_back("--" + name);
        }
    }
    return words;
}

/// "--unit", when it may be given once. A flag counts how often it is given.
std::optional<std::string> repeatedOption(const CLI::App& command)
{
    for (const auto* option : command.get_options()) {
        const auto most = static_cast<std::size_t>(option->get_items_expected_max());
        if (most > 0 && option->count() > most)
            return option->get_name();
    }
    return std::nullopt;
}

std::string describe(const CLI::App& command, const Words& unexpected, const std::string& otherwise)
{
    if (const auto option = repeatedOption(command))
        return fmt::format("{} is given more than once", *option);
    const auto commands = commandsIn(command);
    if (unexpected.empty() && !commands.empty())
        return fmt::format("a command is missing: {}", fmt::join(commands, ", "));
    if (unexpected.empty())
        return otherwise;
    const auto& word = unexpected.front();
    const bool isOption = word.starts_with('-');
    if (!isOption && commands.empty())
        return fmt::format("\"{}\" is one word too many", word);
    const auto suggestion = base::nearestWord(word, isOption ? optionsOf(command) : commands);
    return fmt::format("there is no {} \"{}\"{}",
                       isOption ? "option" : "command",
                       word,
                       suggestion ? fmt::format("; did you mean \"{}\"?", *suggestion) : "");
}

} // namespace

std::string mistakeIn(const CLI::App& app, const CLI::ParseError& error)
{
    const auto& command = innermost(app);
    auto unexpected = app.remaining(true);
    std::erase(unexpected, "--");
    const auto name = nameOf(command);
    const auto sentence = plainText(describe(command, unexpected, error.what()));
    return fmt::format("{}: {}\nSee {} --help", name, sentence, name);
}

} // namespace causeway::dbus::ctl
