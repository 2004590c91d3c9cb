// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace causeway::coap {

/// What a fatal TLS alert from the server means to whoever runs the gateway, alert's name included
/// (RFC 5246 §7.2, RFC 4279 §2).
[[nodiscard]] std::string explainAlert(int alert);

/// Whether it is against the certificate, key or identity that the device has shown, and not
/// against the handshake: another device may fare better.
[[nodiscard]] bool isAgainstDevice(int alert);

} // namespace causeway::coap
