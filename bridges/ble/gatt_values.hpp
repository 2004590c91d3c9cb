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

/// What one characteristic holds; what its flags say is not there is in neither.
struct PlanValues
{
    std::vector<std::pair<model::Path, model::Value>> values;
    /// Those that the peripheral marks as absent and those outside the profile's range.
    std::vector<api::MissingValue> missing;
};

/// Corrupt when the octets are not as many as the profile expects.
[[nodiscard]] base::Expected<PlanValues> valuesIn(const ReadingPlan& plan, base::ByteView octets);

/// The value has only some of the bits of its octets.
[[nodiscard]] bool isBits(const Field& field);

/// The value shares its characteristic with others, which a write leaves as they are.
[[nodiscard]] bool isPart(const Source& source);

/// `whole`, which the peripheral has now, with the value in its place. Corrupt when it is not as
/// long as the profile expects.
[[nodiscard]] base::Expected<base::Bytes> octetsInto(const Reading& reading,
                                                     const Source& source,
                                                     const model::Value& value,
                                                     base::ByteView whole);

/// The octets that stand for `value`, with zeros for the other bits of a part; InvalidArgument when
/// the profile does not allow it or they cannot hold it.
[[nodiscard]] base::Expected<base::Bytes> octetsFor(const Source& source,
                                                    const model::Value& value);

} // namespace causeway::bridges::ble
