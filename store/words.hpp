// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "store/sqlite.hpp"

namespace causeway::store {

/// An enumeration and the words the database uses for it.
template <typename Enumeration, std::size_t size>
using Words = std::array<std::pair<Enumeration, std::string_view>, size>;

template <typename Enumeration, std::size_t size>
[[nodiscard]] std::string_view wordOf(const Words<Enumeration, size>& words, Enumeration value)
{
    for (const auto& [candidate, word] : words) {
        if (candidate == value)
            return word;
    }
    throw SqliteError(SQLITE_CONSTRAINT, "writing", "a value that has no word");
}

template <typename Enumeration, std::size_t size>
[[nodiscard]] Enumeration valueOf(const Words<Enumeration, size>& words, std::string_view word)
{
    for (const auto& [value, candidate] : words) {
        if (candidate == word)
            return value;
    }
    throw SqliteError(SQLITE_MISMATCH, "reading", "a word of no meaning: " + std::string(word));
}

} // namespace causeway::store
