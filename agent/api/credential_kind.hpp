// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/api/transport.hpp"
#include "agent/base/expected.hpp"

namespace causeway::api {

enum class CredentialKind : std::uint8_t { PreSharedKey, KeyPair };

/// Refused when an account of this security mode wants another kind of credential: a new one
/// replaces the former, and the device would be left without one that works. An account without
/// security takes either, for a mode that it may be given later.
[[nodiscard]] inline base::Expected<void>
checkKind(const std::string& server, SecurityMode mode, CredentialKind kind)
{
    const bool isPsk = mode == SecurityMode::Psk;
    const bool isKeyPair =
        mode == SecurityMode::RawPublicKey || channelMode(mode) == SecurityMode::Certificate;
    if (!(isPsk && kind == CredentialKind::KeyPair) &&
        !(isKeyPair && kind == CredentialKind::PreSharedKey))
        return {};
    const std::string_view rule =
        isPsk ? " has security mode psk, where a key pair is of no use; use causewayctl "
                "credential, or change the mode first"
              : " has a security mode with key pairs, where a pre-shared key is of no use; use "
                "causewayctl key-pair, or change the mode first";
    return base::fail(base::ErrorKind::Refused, server + std::string(rule));
}

} // namespace causeway::api
