// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/error.hpp"
#include "bridges/modbus/frame.hpp"

/// What an Error says of a write besides why it failed, in its `effect` and in words. Pure. Errors
/// of other requests stay as they are.
namespace causeway::bridges::modbus {

/// Of a write that was never asked for: "not written: …".
[[nodiscard]] base::Error unsent(const base::Error& why);

/// Of a request that never went out: "not written: …".
[[nodiscard]] base::Error ofUnsent(const Request& request, const base::Error& why);

/// Of one that has gone out: what was answered by silence, nonsense or not at all may have been
/// done, "…: whether the write took effect is unknown". An exception speaks for itself.
[[nodiscard]] base::Error ofSent(const Request& request, base::Error why);

/// `why` without what it says of the write.
[[nodiscard]] base::Error withoutFate(base::Error why);

} // namespace causeway::bridges::modbus
