// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/base/error.hpp"
#include "agent/model/path.hpp"

namespace causeway::api {

/// A Resource for which the device has no value now, and why.
struct MissingValue
{
    model::Path path;
    base::Error why;
    bool isUnread = false; ///< nobody knows whether it has one: it could not be read
};

/// Who hears it; on the main thread, never from inside a call to the bridge.
class MissingListener
{
public:
    virtual ~MissingListener() = default;

    /// The device answers, and these are no values: it says so itself, or they cannot be. What was
    /// told of them before is not true any more, until the next Sample.
    virtual void onMissing(const std::vector<MissingValue>& missing) = 0;
};

/// What a bridge is besides that notices it.
class MissingTeller
{
public:
    virtual ~MissingTeller() = default;

    /// Before start(). The listener outlives the bridge.
    virtual void tellMissing(MissingListener& listener) = 0;
};

} // namespace causeway::api
