// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "agent/base/secret.hpp"
#include "store/sealed_blob.hpp"
#include "store/tpm_context.hpp"
#include "store/tpm_fault.hpp"

/// Objects below the storage root key, kept outside the TPM as blobs. Throws TpmError.
namespace causeway::store {

/// What TPM2_Create is given in secret; wiped when it goes.
struct SensitiveInput
{
    SensitiveInput(base::ByteView authorization, base::ByteView data);

    ~SensitiveInput()
    {
        base::wipe({reinterpret_cast<std::uint8_t*>(&structure), sizeof structure});
    }

    SensitiveInput(const SensitiveInput&) = delete;
    SensitiveInput& operator=(const SensitiveInput&) = delete;

    TPM2B_SENSITIVE_CREATE structure{};
};

[[nodiscard]] SealedBlob pack(base::Bytes rootKeyName,
                              const TPM2B_PUBLIC& publicArea,
                              const TPM2B_PRIVATE& privateArea,
                              const api::PlatformRegisters& registers);

/// The storage root key, which must have the name that the blob was made under: an interposer
/// cannot put its own in the session's place, and another TPM is recognised before it is asked.
[[nodiscard]] TpmHandle openRootKeyOf(ESYS_CONTEXT* esys, const SealedBlob& blob);

/// Into the TPM, in a session that encrypts.
[[nodiscard]] TpmHandle load(ESYS_CONTEXT* esys,
                             const TpmHandle& rootKey,
                             const TpmHandle& session,
                             const SealedBlob& blob);

/// The door: what TPM code throws ends here.
template <typename Work>
auto askTpm(const std::string& tcti, std::chrono::milliseconds longest, Work work)
    -> Sealed<decltype(work(std::declval<ESYS_CONTEXT*>()))>
{
    try {
        const TpmContext context(tcti, longest);
        return work(context.get());
    } catch (const TpmError& error) {
        return tl::unexpected(explainTpm(error.fault(), error.what()));
    }
}

} // namespace causeway::store
