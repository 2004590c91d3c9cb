// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "agent/api/missing_values.hpp"
#include "agent/model/sample.hpp"

namespace causeway::bridges::ble {

/// What a device told last of each of its Resources: a value, or that there is none. No path is in
/// both.
struct News
{
    std::vector<model::Sample> samples;
    std::vector<api::MissingValue> missing;

    void know(model::Sample sample)
    {
        drop(missing, sample.path);
        drop(samples, sample.path);
        samples.push_back(std::move(sample));
    }

    void miss(api::MissingValue value)
    {
        drop(samples, value.path);
        drop(missing, value.path);
        missing.push_back(std::move(value));
    }

    [[nodiscard]] const base::Error* whyMissing(const model::Path& path) const
    {
        const auto found = std::ranges::find(missing, path, &api::MissingValue::path);
        return found == missing.end() ? nullptr : &found->why;
    }

private:
    template <typename All>
    static void drop(All& all, const model::Path& path)
    {
        std::erase_if(all, [&](const auto& one) { return one.path == path; });
    }
};

} // namespace causeway::bridges::ble
