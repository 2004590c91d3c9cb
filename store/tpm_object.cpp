// SPDX-License-Identifier: Apache-2.0
#include "store/tpm_object.hpp"

#include <algorithm>

#include <tss2/tss2_mu.h>

#include "store/tpm_session.hpp"

namespace causeway::store {

namespace {

template <typename T, typename Marshal>
base::Bytes marshal(const T& value, Marshal function)
{
    base::Bytes octets(sizeof(T));
    size_t size = 0;
    checkTpm(function(&value, octets.data(), octets.size(), &size), "encoding");
    octets.resize(size);
    return octets;
}

template <typename T, typename Unmarshal>
T unmarshal(const base::Bytes& octets, Unmarshal function)
{
    T value{};
    size_t offset = 0;
    checkTpm(function(octets.data(), octets.size(), &offset, &value), "decoding the sealed key");
    return value;
}

} // namespace

SensitiveInput::SensitiveInput(base::ByteView authorization, base::ByteView data)
{
    auto& sensitive = structure.sensitive;
    if (data.size() > sizeof sensitive.data.buffer ||
        authorization.size() > sizeof sensitive.userAuth.buffer)
        throw TpmError(TpmFault::Other, "a TPM seals at most 128 octets");
    sensitive.userAuth.size = static_cast<UINT16>(authorization.size());
    std::ranges::copy(authorization, sensitive.userAuth.buffer);
    sensitive.data.size = static_cast<UINT16>(data.size());
    std::ranges::copy(data, sensitive.data.buffer);
}

SealedBlob pack(base::Bytes rootKeyName,
                const TPM2B_PUBLIC& publicArea,
                const TPM2B_PRIVATE& privateArea,
                const api::PlatformRegisters& registers)
{
    return {std::move(rootKeyName),
            marshal(publicArea, Tss2_MU_TPM2B_PUBLIC_Marshal),
            marshal(privateArea, Tss2_MU_TPM2B_PRIVATE_Marshal),
            registers};
}

TpmHandle openRootKeyOf(ESYS_CONTEXT* esys, const SealedBlob& blob)
{
    TpmHandle rootKey = openRootKey(esys);
    if (nameOf(esys, rootKey) != blob.rootKeyName)
        throw TpmError(TpmFault::AnotherTpm, "its storage root key has another name");
    return rootKey;
}

TpmHandle
load(ESYS_CONTEXT* esys, const TpmHandle& rootKey, const TpmHandle& session, const SealedBlob& blob)
{
    const auto publicArea =
        unmarshal<TPM2B_PUBLIC>(blob.publicArea, Tss2_MU_TPM2B_PUBLIC_Unmarshal);
    const auto privateArea =
        unmarshal<TPM2B_PRIVATE>(blob.privateArea, Tss2_MU_TPM2B_PRIVATE_Unmarshal);
    ESYS_TR handle = ESYS_TR_NONE;
    checkTpm(Esys_Load(esys,
                       rootKey.get(),
                       session.get(),
                       ESYS_TR_NONE,
                       ESYS_TR_NONE,
                       &privateArea,
                       &publicArea,
                       &handle),
             "loading the sealed key");
    return {esys, handle};
}

} // namespace causeway::store
