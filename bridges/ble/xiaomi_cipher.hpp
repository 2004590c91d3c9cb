// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "agent/base/expected.hpp"
#include "bridges/ble/frame_decoder.hpp"

namespace causeway::bridges::ble {

/// openPayload() for MiBeacon, versions 4 and 5, service data of 0xFE95: frame control, product,
/// counter, what frame control says, and objects, which are what comes out. No public document;
/// this is what github.com/Bluetooth-Devices/xiaomi-ble (2026-02) and its recorded frames agree on.
/// NotFound for a frame without objects, which is only a sign of life and not authentic.
[[nodiscard]] base::Expected<PlainPayload>
openMiBeacon(base::ByteView payload, std::string_view address, base::ByteView key);

/// openPayload() for the encrypted custom formats of github.com/pvvx/ATC_MiThermometer, service
/// data of 0x181A: counter, values, message integrity check; counter and values come out. The
/// counter has 8 bits and begins anew: it tells repetitions, not replays.
[[nodiscard]] base::Expected<PlainPayload>
openPvvx(base::ByteView payload, std::string_view address, base::ByteView key);

} // namespace causeway::bridges::ble
