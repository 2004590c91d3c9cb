// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/log.hpp"

namespace causeway::log {

/// Hears, beside the sink, what this thread writes from now on; an empty one ends it. It may write
/// itself, and does not hear that.
void setListener(Sink listener);

} // namespace causeway::log
