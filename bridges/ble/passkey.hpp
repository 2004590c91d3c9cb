// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"

namespace causeway::bridges::ble {

/// The number that six decimal digits stand for: Core 5.4 Vol 3 Part H §2.3.5.3. Nothing when it
/// is something else.
[[nodiscard]] std::optional<std::uint32_t> passkeyIn(base::ByteView text);

/// Whether a device that is connected may have the passkey; an empty one is none. InvalidArgument
/// when it is no passkey.
[[nodiscard]] base::Expected<void> admitPasskey(base::ByteView text);

} // namespace causeway::bridges::ble
