// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/model/definition.hpp"

namespace toml {
inline namespace v3 {
class table;
class node;
} // namespace v3
} // namespace toml

namespace causeway::bridges {

/// The first thing wrong with a profile: "file:line: sentence". Later ones are often only its echo.
class Complaint
{
public:
    explicit Complaint(std::string file)
        : file_(std::move(file))
    {}

    void add(std::uint32_t line, std::string_view sentence);

    [[nodiscard]] const std::optional<std::string>& text() const { return text_; }

private:
    std::string file_;
    std::optional<std::string> text_;
};

/// One table of a profile file. Each question names a key and what it may hold; what does not fit
/// is a complaint, and so is, at the end, every key that nobody asked for.
class ProfileTable
{
public:
    ProfileTable(const toml::table& table, Complaint& complaint);

    [[nodiscard]] bool has(std::string_view key) const;

    [[nodiscard]] std::optional<std::string> text(std::string_view key);
    [[nodiscard]] std::string requiredText(std::string_view key);
    [[nodiscard]] std::vector<std::string> texts(std::string_view key);
    [[nodiscard]] std::optional<std::int64_t>
    integer(std::string_view key, std::int64_t smallest, std::int64_t largest);
    [[nodiscard]] std::int64_t
    requiredInteger(std::string_view key, std::int64_t smallest, std::int64_t largest);
    /// One, or a list of them.
    [[nodiscard]] std::vector<std::int64_t> integers(std::string_view key);
    [[nodiscard]] std::optional<double> number(std::string_view key);
    /// One, or a list of them.
    [[nodiscard]] std::vector<double> numbers(std::string_view key);
    [[nodiscard]] std::optional<bool> flag(std::string_view key);
    /// [smallest, largest]
    [[nodiscard]] std::optional<model::Range> range(std::string_view key);
    /// Text, number or true/false, as text.
    [[nodiscard]] std::optional<std::string> anyScalar(std::string_view key);
    /// A table whose keys are whole numbers, decimal or 0x…; its values as anyScalar() gives them.
    [[nodiscard]] std::vector<std::pair<std::int64_t, std::string>>
    numberedScalars(std::string_view key);

    template <typename Value>
    [[nodiscard]] std::optional<Value>
    choice(std::string_view key, std::span<const std::pair<std::string_view, Value>> choices)
    {
        const auto given = text(key);
        if (!given)
            return std::nullopt;
        std::string known;
        for (const auto& [name, value] : choices) {
            if (name == *given)
                return value;
            known += known.empty() ? "" : ", ";
            known += name;
        }
        complain(key, "\"" + *given + "\" is none of " + known);
        return std::nullopt;
    }

    void eachTable(std::string_view key, const std::function<void(ProfileTable)>& visit);
    /// Visits nothing when the key is absent.
    void table(std::string_view key, const std::function<void(ProfileTable)>& visit);

    void refuseOthers();

    /// At the key's line, or at the table's own when it has no such key; or at that of a slip of
    /// the pen that may be meant by it, which is named then.
    void complain(std::string_view key, const std::string& sentence);

    [[nodiscard]] std::uint32_t line() const;

private:
    [[nodiscard]] const toml::node* ask(std::string_view key);
    [[nodiscard]] bool isMissing(std::string_view key);
    /// A key that nobody asked for, near this one.
    [[nodiscard]] std::optional<std::string> slipOf(std::string_view key) const;

    const toml::table* table_;
    Complaint* complaint_;
    std::set<std::string, std::less<>> asked_;
};

} // namespace causeway::bridges
