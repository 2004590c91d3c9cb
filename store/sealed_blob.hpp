// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/key_store_control.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"

namespace causeway::store {

/// A key slot's blob of kind 'tpm2': the sealed object, and the name of the storage root key it
/// was sealed under. Nothing in it is secret without that TPM.
struct SealedBlob
{
    base::Bytes rootKeyName;          ///< TPM2B_NAME's content
    base::Bytes publicArea;           ///< TPM2B_PUBLIC, marshalled
    base::Bytes privateArea;          ///< TPM2B_PRIVATE, marshalled
    api::PlatformRegisters registers; ///< of its policy
    bool operator==(const SealedBlob&) const = default;
};

/// "CWS1", or "CWS2" and three octets of registers, the lowest first; then each part with its
/// length in two octets, most significant first.
[[nodiscard]] base::Bytes encode(const SealedBlob& blob);

/// Corrupt for anything else than what encode() made; parts are bounded.
[[nodiscard]] base::Expected<SealedBlob> decodeSealedBlob(base::ByteView octets);

} // namespace causeway::store
