// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "agent/api/credential_store.hpp"
#include "agent/base/expected.hpp"

namespace causeway::store {

/// What a pre-shared key may not be (LwM2M 1.1 TS Transport §5.2.8: high-entropy secrets, unique to
/// a device): short, long, repeated, counted, padded, a password or one of `names` — the device,
/// its endpoint, the server, the identity — or text of less than 112 bits or made of words. Pure;
/// InvalidArgument with the reason, never with the key. Whether another account has the key is the
/// credential table's question.
[[nodiscard]] base::Expected<void> checkPsk(const api::PskCredential& credential,
                                            std::span<const std::string_view> names);

/// 1 to 128 octets, no NUL: GnuTLS and LwM2M servers cut an identity there.
[[nodiscard]] base::Expected<void> checkPskIdentity(base::ByteView identity);

} // namespace causeway::store
