// SPDX-License-Identifier: Apache-2.0
#include "bridges/profile_merge.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "agent/model/path.hpp"

namespace causeway::bridges {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

constexpr std::array<std::string_view, 2> listsByPath{"resource", "constant"};
constexpr std::array<std::string_view, 5> tablesByKey{
    "modbus", "ble", "gateway", "firmware", "parameters"};

std::string pathOf(const toml::node& entry)
{
    const auto* table = entry.as_table();
    return table == nullptr ? std::string() : (*table)["path"].value_or(std::string());
}

// Moved, not copied: a copy forgets its line.
void overlay(toml::table& target, toml::table& source)
{
    for (auto&& [key, value] : source)
        target.insert_or_assign(key, std::move(value));
}

void overlayByPath(toml::array& target, toml::array& source)
{
    for (toml::node& entry : source) {
        toml::table* same = nullptr;
        for (toml::node& candidate : target) {
            if (!pathOf(entry).empty() && pathOf(candidate) == pathOf(entry))
                same = candidate.as_table();
        }
        if (same != nullptr && entry.is_table())
            overlay(*same, *entry.as_table());
        else
            target.push_back(std::move(entry));
    }
}

bool isBelow(const std::string& path, const std::string& parent)
{
    const auto child = model::Path::parse(path);
    const auto above = model::Path::parse(parent);
    return child && above && above->contains(*child);
}

void removeBelow(toml::array& entries, const std::string& parent)
{
    for (std::size_t i = entries.size(); i-- > 0;) {
        if (isBelow(pathOf(entries[i]), parent))
            entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

void removePaths(toml::table& root, const toml::array& unwanted)
{
    for (const std::string_view list : listsByPath) {
        auto* entries = root[list].as_array();
        for (const toml::node& one : unwanted) {
            if (entries != nullptr)
                removeBelow(*entries, one.value_or(std::string()));
        }
    }
}

template <std::size_t size>
bool isOneOf(const std::array<std::string_view, size>& keys, std::string_view key)
{
    return std::ranges::find(keys, key) != keys.end();
}

std::optional<std::string> textOf(const toml::node* parameter)
{
    if (parameter == nullptr)
        return std::nullopt;
    if (const auto* number = parameter->as_integer())
        return std::to_string(number->get());
    return parameter->value<std::string>();
}

class Substitution
{
public:
    explicit Substitution(const toml::table& parameters)
        : parameters_(parameters)
    {}

    /// Empty, or the name nobody knows.
    [[nodiscard]] std::string in(toml::table& table)
    {
        for (auto&& [key, value] : table) {
            if (auto whole = wholeOf(value); whole != nullptr) {
                replacements_.emplace_back(std::string(key.str()), whole);
            } else if (auto unknown = inside(value); !unknown.empty()) {
                return unknown;
            }
        }
        for (const auto& [key, parameter] : std::exchange(replacements_, {}))
            table.insert_or_assign(key, *parameter);
        return {};
    }

private:
    [[nodiscard]] const toml::node* wholeOf(const toml::node& value) const
    {
        const auto text = value.value<std::string_view>();
        if (!text || text->size() < 3 || text->front() != '{' || text->back() != '}')
            return nullptr;
        return parameters_.get(text->substr(1, text->size() - 2));
    }

    [[nodiscard]] std::string inside(toml::node& value)
    {
        if (auto* table = value.as_table())
            return Substitution(parameters_).in(*table);
        if (auto* list = value.as_array())
            return inList(*list);
        if (auto* text = value.as_string())
            return inText(text->get());
        return {};
    }

    [[nodiscard]] std::string inList(toml::array& list)
    {
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (const auto* whole = wholeOf(list[i])) {
                list.replace(list.cbegin() + static_cast<std::ptrdiff_t>(i), *whole);
                continue;
            }
            if (auto unknown = inside(list[i]); !unknown.empty())
                return unknown;
        }
        return {};
    }

    [[nodiscard]] std::string inText(std::string& text) const
    {
        constexpr std::string_view numberOfInstance = "n"; // belongs to `repeat`
        std::size_t from = 0;
        while ((from = text.find('{', from)) != std::string::npos) {
            const std::size_t end = text.find('}', from);
            if (end == std::string::npos)
                return {};
            std::string name = text.substr(from + 1, end - from - 1);
            if (name != numberOfInstance) {
                const toml::node* parameter = parameters_.get(name);
                const auto value = textOf(parameter);
                if (!value)
                    return name;
                text.replace(from, end + 1 - from, *value);
                from += value->size();
            } else {
                from = end;
            }
        }
        return {};
    }

    const toml::table& parameters_;
    std::vector<std::pair<std::string, const toml::node*>> replacements_;
};

} // namespace

toml::table merged(const toml::table& base, toml::table child)
{
    toml::table result = base;
    if (const auto* unwanted = child["remove"].as_array())
        removePaths(result, *unwanted);
    for (auto&& [key, value] : child) {
        toml::node* old = result.get(key);
        const bool isList = isOneOf(listsByPath, key.str());
        if (key == "extends" || key == "remove")
            continue;
        if (old != nullptr && old->is_array() && value.is_array() && isList)
            overlayByPath(*old->as_array(), *value.as_array());
        else if (old != nullptr && old->is_table() && value.is_table() &&
                 isOneOf(tablesByKey, key.str()))
            overlay(*old->as_table(), *value.as_table());
        else
            result.insert_or_assign(key, std::move(value));
    }
    return result;
}

Expected<void> substituteParameters(toml::table& root)
{
    const auto* given = root["parameters"].as_table();
    if (given == nullptr)
        return {};
    const toml::table parameters = *given;
    root.erase("parameters");
    if (const std::string unknown = Substitution(parameters).in(root); !unknown.empty())
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("there is no parameter \"{}\"", unknown));
    return {};
}

} // namespace causeway::bridges
