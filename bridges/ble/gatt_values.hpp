// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "agent/api/missing_values.hpp"
#include "agent/base/expected.hpp"
#include "agent/model/path.hpp"
#include "bridges/device_profile.hpp"

/// What characteristics hold. Pure: whatever octets come, nothing happens but an answer.
namespace causeway::bridges::ble {

/// All that a profile wants of one characteristic, asked for together.
struct ReadingPlan
{
    Reading reading;
    std::vector<std::pair<model::Path, Source>> sources;

    [[nodiscard]] bool has(const model::Path& path) const;
};

/// One for each characteristic of the profile and each way its values come.
[[nodiscard]] std::vector<ReadingPlan> readingPlans(const DeviceProfile& profile);

/// Some values are notified, and none is polled.
[[nodiscard]] bool onlyTells(const std::vector<ReadingPlan>& plans);

/// What one characteristic holds; what its flags say is not there is in neither.
struct PlanValues
{
    std::vector<std::pair<model::Path, model::Value>> values;
    /// Those that the peripheral marks as absent and those outside the profile's range.
    std::vector<api::MissingValue> missing;
};

/// Corrupt when the octets are not as many as the profile expects.
[[nodiscard]] base::Expected<PlanValues> valuesIn(const ReadingPlan& plan, base::ByteView octets);

/// The octets of the characteristic that stand for `value`; InvalidArgument when the profile does
/// not allow it or the characteristic cannot hold it. For a source whose field has the
/// characteristic for itself.
[[nodiscard]] base::Expected<base::Bytes> octetsFor(const Source& source,
                                                    const model::Value& value);

} // namespace causeway::bridges::ble
