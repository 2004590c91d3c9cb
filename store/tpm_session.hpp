// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/bytes.hpp"
#include "store/tpm_context.hpp"

/// What every conversation with the TPM begins with. Throws TpmError.
namespace causeway::store {

/// The storage root key: made from its template, or the persistent one when the owner hierarchy
/// has a password.
[[nodiscard]] TpmHandle openRootKey(ESYS_CONTEXT* esys);

/// The name by which an object is known to be the same.
[[nodiscard]] base::Bytes nameOf(ESYS_CONTEXT* esys, const TpmHandle& handle);

/// Salted with the root key, encrypting parameters both ways: readable by nobody on the bus.
[[nodiscard]] TpmHandle
startSession(ESYS_CONTEXT* esys, const TpmHandle& rootKey, TPM2_SE type = TPM2_SE_HMAC);

} // namespace causeway::store
