// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/api/transport.hpp"
#include "agent/base/bytes.hpp"

namespace causeway::store {

/// What an account with security mode 1 or 2 says of its server.
struct ServerPin
{
    std::string server; ///< the account's name
    bool isBootstrap = false;
    api::SecurityMode mode = api::SecurityMode::RawPublicKey;
    api::ServerIdentity identity;
};

/// Whether it says that the server has this public key, or the certificate, which may be empty: as
/// they are or by their hash. Pure, as are the next two.
[[nodiscard]] bool
isPinned(const ServerPin& pin, base::ByteView publicKey, base::ByteView certificate);

/// Whether it is about the server's own key, and not about who vouches for it.
[[nodiscard]] bool isOfServer(const ServerPin& pin);

/// Whether both are about the same key, as far as they say: two hashes of different kinds do not.
[[nodiscard]] bool isSameKey(const ServerPin& one, const ServerPin& other);

} // namespace causeway::store
