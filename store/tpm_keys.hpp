// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "store/sealer.hpp"

namespace causeway::store {

/// Key pairs that a TPM 2.0 makes below its storage root key and signs with; it holds one only
/// while it signs. Each has a random authorization value, which is in the blob: who opens the store
/// (with what its key is sealed to, platform registers perhaps) signs, who merely commands the TPM
/// and has a copy of the TPM's part does not. It cannot be guessed, so no lockout guards it (noDA):
/// nobody's wrong password elsewhere keeps a device from its server.
class TpmKeys final : public ResidentKeys
{
public:
    TpmKeys(std::string tcti, std::chrono::milliseconds longest);

    [[nodiscard]] Sealed<ResidentKey> make() override;
    [[nodiscard]] Sealed<base::Bytes> sign(const base::Secret& blob,
                                           base::ByteView digest) override;

private:
    std::string tcti_;
    std::chrono::milliseconds longest_;
};

} // namespace causeway::store
