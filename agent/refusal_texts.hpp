// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"

/// What several refusals of an operator's change say.
namespace causeway::agent {

/// `kind` is "line", "server" or "device".
[[nodiscard]] tl::unexpected<base::Error> exists(std::string_view kind, const std::string& name);
[[nodiscard]] tl::unexpected<base::Error> missing(std::string_view kind, const std::string& name);

/// On no line and at no Bluetooth address: a client of its own for the gateway's machine.
[[nodiscard]] bool isGateway(const api::DeviceSettings& settings);

/// "unit 7 of line hall"; what two devices cannot share.
[[nodiscard]] std::string placeOf(const api::DeviceSettings& settings);

} // namespace causeway::agent
