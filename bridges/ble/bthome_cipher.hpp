// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "agent/base/expected.hpp"
#include "bridges/ble/frame_decoder.hpp"

namespace causeway::bridges::ble {

/// openPayload() for BTHome version 2 (bthome.io/encryption): the device information octet, the
/// device's own address if that says so, then objects, or what AES-128-CCM made of them, counter
/// and message integrity check. What it gives has no address in it.
[[nodiscard]] base::Expected<PlainPayload>
openBthome(base::ByteView payload, std::string_view address, base::ByteView key);

} // namespace causeway::bridges::ble
