// SPDX-License-Identifier: Apache-2.0
#include "bridges/profile_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "agent/base/nearest_word.hpp"

namespace causeway::bridges {

namespace {

std::uint32_t lineOf(const toml::node& node)
{
    return static_cast<std::uint32_t>(node.source().begin.line);
}

std::optional<std::string> scalarText(const toml::node& node)
{
    if (const auto* value = node.as_string())
        return value->get();
    if (const auto* value = node.as_integer())
        return fmt::format("{}", value->get());
    if (const auto* value = node.as_floating_point())
        return fmt::format("{}", value->get());
    if (const auto* value = node.as_boolean())
        return value->get() ? "true" : "false";
    return std::nullopt;
}

std::optional<std::int64_t> wholeNumber(std::string_view text)
{
    const bool isHex = text.starts_with("0x");
    text.remove_prefix(isHex ? 2 : 0);
    std::int64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number, isHex ? 16 : 10);
    if (read.ec != std::errc{} || read.ptr != end)
        return std::nullopt;
    return number;
}

} // namespace

void Complaint::add(std::uint32_t line, std::string_view sentence)
{
    if (!text_)
        text_ = fmt::format("{}:{}: {}", file_, line, sentence);
}

ProfileTable::ProfileTable(const toml::table& table, Complaint& complaint)
    : table_(&table)
    , complaint_(&complaint)
{}

bool ProfileTable::has(std::string_view key) const
{
    return table_->contains(key);
}

std::optional<std::string> ProfileTable::text(std::string_view key)
{
    const toml::node* node = ask(key);
    if (node == nullptr)
        return std::nullopt;
    if (const auto* value = node->as_string())
        return value->get();
    complain(key, fmt::format("{} must be a text in quotes", key));
    return std::nullopt;
}

std::string ProfileTable::requiredText(std::string_view key)
{
    if (isMissing(key))
        return {};
    std::string value = text(key).value_or("");
    if (value.empty())
        complain(key, fmt::format("{} must not be empty", key));
    return value;
}

std::vector<std::string> ProfileTable::texts(std::string_view key)
{
    std::vector<std::string> values;
    const toml::node* node = ask(key);
    if (node == nullptr)
        return values;
    if (const auto* list = node->as_array()) {
        for (const toml::node& one : *list) {
            if (const auto* value = one.as_string())
                values.push_back(value->get());
        }
        if (values.size() == list->size())
            return values;
    }
    complain(key, fmt::format("{} must be a list of texts", key));
    return {};
}

std::optional<std::int64_t>
ProfileTable::integer(std::string_view key, std::int64_t smallest, std::int64_t largest)
{
    const toml::node* node = ask(key);
    if (node == nullptr)
        return std::nullopt;
    const auto* value = node->as_integer();
    if (value != nullptr && value->get() >= smallest && value->get() <= largest)
        return value->get();
    complain(key, fmt::format("{} must be a whole number from {} to {}", key, smallest, largest));
    return std::nullopt;
}

std::int64_t
ProfileTable::requiredInteger(std::string_view key, std::int64_t smallest, std::int64_t largest)
{
    if (isMissing(key))
        return smallest;
    return integer(key, smallest, largest).value_or(smallest);
}

std::vector<std::int64_t> ProfileTable::integers(std::string_view key)
{
    std::vector<std::int64_t> values;
    const toml::node* node = ask(key);
    if (node == nullptr)
        return values;
    if (const auto* single = node->as_integer())
        return {single->get()};
    if (const auto* list = node->as_array()) {
        for (const toml::node& one : *list) {
            if (const auto* value = one.as_integer())
                values.push_back(value->get());
        }
        if (values.size() == list->size())
            return values;
    }
    complain(key, fmt::format("{} must be a list of whole numbers", key));
    return {};
}

std::optional<double> ProfileTable::number(std::string_view key)
{
    const toml::node* node = ask(key);
    if (node == nullptr)
        return std::nullopt;
    const auto value = node->value<double>();
    if (node->is_number() && value && std::isfinite(*value))
        return value;
    complain(key, fmt::format("{} must be a number", key));
    return std::nullopt;
}

std::vector<double> ProfileTable::numbers(std::string_view key)
{
    const toml::node* node = table_->get(key);
    const auto* list = node == nullptr ? nullptr : node->as_array();
    if (list == nullptr) {
        const auto single = number(key);
        return single ? std::vector<double>{*single} : std::vector<double>{};
    }
    asked_.emplace(key);
    std::vector<double> values;
    for (const toml::node& one : *list) {
        const auto value = one.value<double>();
        if (one.is_number() && value && std::isfinite(*value))
            values.push_back(*value);
    }
    if (values.size() != list->size())
        complain(key, fmt::format("{} must be a number or a list of numbers", key));
    return values;
}

std::optional<bool> ProfileTable::flag(std::string_view key)
{
    const toml::node* node = ask(key);
    if (node == nullptr)
        return std::nullopt;
    if (const auto* value = node->as_boolean())
        return value->get();
    complain(key, fmt::format("{} must be true or false", key));
    return std::nullopt;
}

std::optional<model::Range> ProfileTable::range(std::string_view key)
{
    const toml::node* node = ask(key);
    if (node == nullptr)
        return std::nullopt;
    const auto* list = node->as_array();
    if (list != nullptr && list->size() == 2) {
        const auto smallest = (*list)[0].value<double>();
        const auto largest = (*list)[1].value<double>();
        if (smallest && largest && *smallest <= *largest)
            return model::Range{*smallest, *largest};
    }
    complain(key, fmt::format("{} must be [smallest, largest]", key));
    return std::nullopt;
}

std::optional<std::string> ProfileTable::anyScalar(std::string_view key)
{
    const toml::node* node = ask(key);
    if (node == nullptr)
        return std::nullopt;
    if (auto text = scalarText(*node))
        return text;
    complain(key, fmt::format("{} must be a text, a number, true or false", key));
    return std::nullopt;
}

std::vector<std::pair<std::int64_t, std::string>>
ProfileTable::numberedScalars(std::string_view key)
{
    std::vector<std::pair<std::int64_t, std::string>> rows;
    const toml::node* node = ask(key);
    if (node == nullptr)
        return rows;
    if (const auto* inner = node->as_table()) {
        for (const auto& [name, value] : *inner) {
            const auto number = wholeNumber(name.str());
            auto text = scalarText(value);
            if (number && text)
                rows.emplace_back(*number, std::move(*text));
        }
        if (!rows.empty() && rows.size() == inner->size())
            return rows;
    }
    complain(key, fmt::format("{} must be a table like {{ 0 = \"off\", 1 = \"on\" }}", key));
    return {};
}

void ProfileTable::eachTable(std::string_view key, const std::function<void(ProfileTable)>& visit)
{
    const toml::node* node = ask(key);
    if (node == nullptr)
        return;
    const auto* list = node->as_array();
    if (list == nullptr || !list->is_array_of_tables()) {
        complain(key, fmt::format("{0} must be tables written [[{0}]]", key));
        return;
    }
    for (const toml::node& one : *list)
        visit(ProfileTable(*one.as_table(), *complaint_));
}

void ProfileTable::table(std::string_view key, const std::function<void(ProfileTable)>& visit)
{
    const toml::node* node = ask(key);
    if (node == nullptr)
        return;
    if (const auto* inner = node->as_table())
        visit(ProfileTable(*inner, *complaint_));
    else
        complain(key, fmt::format("{} must be a table", key));
}

void ProfileTable::refuseOthers()
{
    for (const auto& [key, node] : *table_) {
        if (asked_.contains(key.str()))
            continue;
        const auto meant = base::nearestWord(key.str(), {asked_.begin(), asked_.end()});
        complaint_->add(
            lineOf(node),
            fmt::format("unknown key \"{}\"", key.str()) +
                (meant ? fmt::format("; did you mean \"{}\"?", *meant) : std::string()));
    }
}

void ProfileTable::complain(std::string_view key, const std::string& sentence)
{
    // What a base profile or a parameter brought in has no line of its own.
    const toml::node* node = table_->get(key);
    const std::uint32_t own = node != nullptr ? lineOf(*node) : 0;
    const auto slip = node == nullptr && !key.empty() ? slipOf(key) : std::nullopt;
    if (slip)
        complaint_->add(lineOf(*table_->get(*slip)),
                        fmt::format("{}; did you mean \"{}\" by \"{}\"?", sentence, key, *slip));
    else
        complaint_->add(own != 0 ? own : line(), sentence);
}

std::optional<std::string> ProfileTable::slipOf(std::string_view key) const
{
    std::vector<std::string> others;
    for (const auto& [other, node] : *table_) {
        if (!asked_.contains(other.str()))
            others.emplace_back(other.str());
    }
    return base::nearestWord(key, others);
}

std::uint32_t ProfileTable::line() const
{
    return std::max(lineOf(*table_), std::uint32_t{1});
}

const toml::node* ProfileTable::ask(std::string_view key)
{
    asked_.emplace(key);
    return table_->get(key);
}

bool ProfileTable::isMissing(std::string_view key)
{
    if (has(key))
        return false;
    complain(key, fmt::format("{} is missing", key));
    return true;
}

} // namespace causeway::bridges
