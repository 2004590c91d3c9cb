// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace causeway::model {

/// The <NOTIFICATION> class attributes of LwM2M Core §5.1.2, as attached at one level or, after
/// merging with those above, as effective. Absent means inherited.
struct NotificationAttributes
{
    std::optional<std::chrono::seconds> pmin;
    std::optional<std::chrono::seconds> pmax;
    std::optional<double> gt;
    std::optional<double> lt;
    std::optional<double> st;
    std::optional<std::chrono::seconds> epmin;
    std::optional<std::chrono::seconds> epmax;
    std::optional<bool> edge;
    std::optional<bool> con;
    std::optional<std::uint32_t> hqmax;

    bool operator==(const NotificationAttributes&) const = default;
};

} // namespace causeway::model
