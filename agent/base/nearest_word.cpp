// SPDX-License-Identifier: Apache-2.0
#include "agent/base/nearest_word.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace causeway::base {

namespace {

/// How many letters must be put in, taken out, replaced, or swapped with their neighbour.
std::size_t distance(std::string_view from, std::string_view to)
{
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    std::vector<std::size_t> above; // and one row more, for what is swapped
    for (std::size_t i = 0; i < from.size(); ++i) {
        const auto twoAbove = std::exchange(above, std::exchange(row, {i + 1}));
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = above[j] + (from[i] == to[j] ? 0 : 1);
            row.push_back(std::min({replaced, row[j] + 1, above[j + 1] + 1}));
            if (i > 0 && j > 0 && from[i] == to[j - 1] && from[i - 1] == to[j])
                row.back() = std::min(row.back(), twoAbove[j - 1] + 1);
        }
    }
    return row.back();
}

} // namespace

std::optional<std::string> nearestWord(std::string_view word,
                                       const std::vector<std::string>& candidates)
{
    const auto costOf = [word](const std::string& candidate) {
        return word.size() > 1 && candidate.starts_with(word) ? 1 : distance(word, candidate);
    };
    const auto best = std::ranges::min_element(candidates, {}, costOf);
    if (best == candidates.end() || costOf(*best) > std::max<std::size_t>(1, word.size() / 3))
        return std::nullopt;
    return *best;
}

} // namespace causeway::base
