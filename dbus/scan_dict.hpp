// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/line_tools.hpp"
#include "agent/base/expected.hpp"
#include "dbus/values.hpp"

/// What a scan of a line is told and tells, as a{sv}; the XML says what each key means.
namespace causeway::dbus {

/// InvalidArgument names the key that is unknown or holds something else than it should.
[[nodiscard]] base::Expected<api::ScanSettings> scanSettings(const Dictionary& options);

[[nodiscard]] Dictionary toDictionary(const api::ScanStatus& scan);

} // namespace causeway::dbus
