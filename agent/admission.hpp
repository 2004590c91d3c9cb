// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/api/bootstrap_store.hpp"
#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"

/// What the gateway lets in: each check by itself, pure, with a sentence for the operator.
/// What depends on other lines, servers and devices is Gateway's to check.
namespace causeway::agent {

/// Letters, digits, '-', '_' and '.', beginning with a letter or digit, at most 64.
[[nodiscard]] base::Expected<void> admitName(std::string_view kind, std::string_view name);

/// 1 to 255 octets of UTF-8 without control characters (a Uri-Query option is at most 255 octets,
/// RFC 7252 §5.10, "ep=" included).
[[nodiscard]] base::Expected<void> admitEndpointName(std::string_view name);

[[nodiscard]] base::Expected<void> admitLine(const api::LineSettings& line);
/// Whether what is new goes with the kind of the line; for a new line `before` is one that nobody
/// has set up. What stands there already may stay.
[[nodiscard]] base::Expected<void> admitLineChange(const api::LineSettings& before,
                                                   const api::LineSettings& line);
[[nodiscard]] base::Expected<void> admitServer(const api::ServerSettings& server, bool allowsNoSec);
/// What a Bootstrap-Server has delivered: each account by the rules of an operator's, but the name.
[[nodiscard]] base::Expected<void> admitDelivery(const api::BootstrapResult& result,
                                                 bool allowsNoSec);
[[nodiscard]] base::Expected<void> admitDevice(const api::DeviceSettings& device);

} // namespace causeway::agent
