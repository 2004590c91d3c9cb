// SPDX-License-Identifier: Apache-2.0
#include "store/tpm_sealer.hpp"

#include <algorithm>
#include <utility>

#include <tss2/tss2_mu.h>

#include "store/sealed_blob.hpp"
#include "store/tpm_context.hpp"

namespace causeway::store {

namespace {

using base::Bytes;
using base::ByteView;
using base::Secret;

/// Where systemd, Windows and tpm2-tools keep a storage root key (TCG TPM v2.0 Provisioning
/// Guidance §7.5.1).
constexpr TPM2_HANDLE persistentRootKey = 0x81000001;
constexpr TPMA_SESSION encryptsBothWays = TPMA_SESSION_ENCRYPT | TPMA_SESSION_DECRYPT;

/// TCG TPM v2.0 Provisioning Guidance §7.5.1 and EK Credential Profile, template H-2: ECC P-256
/// with 32 zero octets each as unique values.
TPM2B_PUBLIC rootKeyTemplate()
{
    TPM2B_PUBLIC object{};
    TPMT_PUBLIC& area = object.publicArea;
    area.type = TPM2_ALG_ECC;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                            TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
                            TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
    TPMS_ECC_PARMS& parameters = area.parameters.eccDetail;
    parameters.symmetric.algorithm = TPM2_ALG_AES;
    parameters.symmetric.keyBits.aes = 128;
    parameters.symmetric.mode.aes = TPM2_ALG_CFB;
    parameters.scheme.scheme = TPM2_ALG_NULL;
    parameters.curveID = TPM2_ECC_NIST_P256;
    parameters.kdf.scheme = TPM2_ALG_NULL;
    area.unique.ecc.x.size = 32;
    area.unique.ecc.y.size = 32;
    return object;
}

TPM2B_PUBLIC sealedObjectTemplate()
{
    TPM2B_PUBLIC object{};
    TPMT_PUBLIC& area = object.publicArea;
    area.type = TPM2_ALG_KEYEDHASH;
    area.nameAlg = TPM2_ALG_SHA256;
    area.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                            TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA;
    area.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
    return object;
}

TpmHandle openPersistentRootKey(ESYS_CONTEXT* esys)
{
    ESYS_TR handle = ESYS_TR_NONE;
    const TSS2_RC result = Esys_TR_FromTPMPublic(
        esys, persistentRootKey, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &handle);
    if (result != TSS2_RC_SUCCESS)
        throw TpmError(TpmFault::OwnerPassword, "making the storage root key");
    return {esys, handle, TpmHandle::Kind::Persistent};
}

TpmHandle openRootKey(ESYS_CONTEXT* esys)
{
    const TPM2B_SENSITIVE_CREATE sensitive{};
    const TPM2B_PUBLIC object = rootKeyTemplate();
    const TPM2B_DATA outside{};
    const TPML_PCR_SELECTION registers{};
    ESYS_TR handle = ESYS_TR_NONE;
    const TSS2_RC result = Esys_CreatePrimary(esys,
                                              ESYS_TR_RH_OWNER,
                                              ESYS_TR_PASSWORD,
                                              ESYS_TR_NONE,
                                              ESYS_TR_NONE,
                                              &sensitive,
                                              &object,
                                              &outside,
                                              &registers,
                                              &handle,
                                              nullptr,
                                              nullptr,
                                              nullptr,
                                              nullptr);
    if (result != TSS2_RC_SUCCESS && classifyTpm(result) == TpmFault::OwnerPassword)
        return openPersistentRootKey(esys);
    checkTpm(result, "making the storage root key");
    return {esys, handle};
}

Bytes nameOf(ESYS_CONTEXT* esys, const TpmHandle& handle)
{
    TPM2B_NAME* raw = nullptr;
    checkTpm(Esys_TR_GetName(esys, handle.get(), &raw), "reading a name");
    const EsysMemory<TPM2B_NAME> name(raw);
    return {name->name, name->name + name->size};
}

/// Salted with the root key: its parameters are readable by nobody on the bus.
TpmHandle startSession(ESYS_CONTEXT* esys, const TpmHandle& rootKey)
{
    TPMT_SYM_DEF symmetric{};
    symmetric.algorithm = TPM2_ALG_AES;
    symmetric.keyBits.aes = 128;
    symmetric.mode.aes = TPM2_ALG_CFB;
    ESYS_TR handle = ESYS_TR_NONE;
    checkTpm(Esys_StartAuthSession(esys,
                                   rootKey.get(),
                                   ESYS_TR_NONE,
                                   ESYS_TR_NONE,
                                   ESYS_TR_NONE,
                                   ESYS_TR_NONE,
                                   nullptr,
                                   TPM2_SE_HMAC,
                                   &symmetric,
                                   TPM2_ALG_SHA256,
                                   &handle),
             "starting a session");
    TpmHandle session(esys, handle);
    checkTpm(Esys_TRSess_SetAttributes(
                 esys, handle, encryptsBothWays | TPMA_SESSION_CONTINUESESSION, 0xff),
             "setting up a session");
    return session;
}

template <typename T, typename Marshal>
Bytes marshal(const T& value, Marshal function)
{
    Bytes octets(sizeof(T));
    size_t size = 0;
    checkTpm(function(&value, octets.data(), octets.size(), &size), "encoding");
    octets.resize(size);
    return octets;
}

template <typename T, typename Unmarshal>
T unmarshal(const Bytes& octets, Unmarshal function)
{
    T value{};
    size_t offset = 0;
    checkTpm(function(octets.data(), octets.size(), &offset, &value), "decoding the sealed key");
    return value;
}

/// The TPM's structure for the plain secret; wiped when it goes.
struct PlainInput
{
    explicit PlainInput(const Secret& secret)
    {
        auto& data = structure.sensitive.data;
        if (secret.size() > sizeof data.buffer)
            throw TpmError(TpmFault::Other, "a TPM seals at most 128 octets");
        data.size = static_cast<UINT16>(secret.size());
        std::ranges::copy(secret.view(), data.buffer);
    }

    ~PlainInput() { base::wipe({reinterpret_cast<std::uint8_t*>(&structure), sizeof structure}); }

    PlainInput(const PlainInput&) = delete;
    PlainInput& operator=(const PlainInput&) = delete;

    TPM2B_SENSITIVE_CREATE structure{};
};

SealedBlob sealWith(ESYS_CONTEXT* esys, const Secret& secret)
{
    const TpmHandle rootKey = openRootKey(esys);
    const TpmHandle session = startSession(esys, rootKey);
    const PlainInput input(secret);
    const TPM2B_PUBLIC object = sealedObjectTemplate();
    const TPM2B_DATA outside{};
    const TPML_PCR_SELECTION registers{};
    TPM2B_PRIVATE* rawPrivate = nullptr;
    TPM2B_PUBLIC* rawPublic = nullptr;
    checkTpm(Esys_Create(esys,
                         rootKey.get(),
                         session.get(),
                         ESYS_TR_NONE,
                         ESYS_TR_NONE,
                         &input.structure,
                         &object,
                         &outside,
                         &registers,
                         &rawPrivate,
                         &rawPublic,
                         nullptr,
                         nullptr,
                         nullptr),
             "sealing");
    const EsysMemory<TPM2B_PRIVATE> privateArea(rawPrivate);
    const EsysMemory<TPM2B_PUBLIC> publicArea(rawPublic);
    return {nameOf(esys, rootKey),
            marshal(*publicArea, Tss2_MU_TPM2B_PUBLIC_Marshal),
            marshal(*privateArea, Tss2_MU_TPM2B_PRIVATE_Marshal)};
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

Secret unsealWith(ESYS_CONTEXT* esys, const SealedBlob& blob)
{
    const TpmHandle rootKey = openRootKey(esys);
    if (nameOf(esys, rootKey) != blob.rootKeyName)
        throw TpmError(TpmFault::AnotherTpm, "its storage root key has another name");
    const TpmHandle session = startSession(esys, rootKey);
    const TpmHandle object = load(esys, rootKey, session, blob);
    TPM2B_SENSITIVE_DATA* raw = nullptr;
    checkTpm(Esys_Unseal(esys, object.get(), session.get(), ESYS_TR_NONE, ESYS_TR_NONE, &raw),
             "unsealing");
    const EsysMemory<TPM2B_SENSITIVE_DATA> data(raw);
    Secret secret(ByteView(data->buffer, data->size));
    base::wipe({data->buffer, data->size});
    return secret;
}

Secret randomWith(ESYS_CONTEXT* esys, std::size_t size)
{
    const TpmHandle rootKey = openRootKey(esys);
    const TpmHandle session = startSession(esys, rootKey);
    checkTpm(Esys_TRSess_SetAttributes(esys, session.get(), 0, TPMA_SESSION_DECRYPT),
             "setting up a session");
    TPM2B_DIGEST* raw = nullptr;
    checkTpm(Esys_GetRandom(
                 esys, session.get(), ESYS_TR_NONE, ESYS_TR_NONE, static_cast<UINT16>(size), &raw),
             "drawing random octets");
    const EsysMemory<TPM2B_DIGEST> octets(raw);
    Secret secret(ByteView(octets->buffer, octets->size));
    base::wipe({octets->buffer, octets->size});
    if (secret.size() != size)
        throw TpmError(TpmFault::Other, "fewer random octets than asked");
    return secret;
}

/// The door: what TPM code throws ends here.
template <typename Work>
auto ask(const std::string& tcti, std::chrono::milliseconds longest, Work work)
    -> Sealed<decltype(work(std::declval<ESYS_CONTEXT*>()))>
{
    try {
        const TpmContext context(tcti, longest);
        return work(context.get());
    } catch (const TpmError& error) {
        return tl::unexpected(explainTpm(error.fault(), error.what()));
    }
}

} // namespace

TpmSealer::TpmSealer(std::string tcti, std::chrono::milliseconds longest)
    : tcti_(std::move(tcti))
    , longest_(longest)
{}

Sealed<Secret> TpmSealer::random(std::size_t size)
{
    return ask(tcti_, longest_, [&](ESYS_CONTEXT* esys) { return randomWith(esys, size); });
}

Sealed<Bytes> TpmSealer::seal(const Secret& secret)
{
    return ask(tcti_, longest_, [&](ESYS_CONTEXT* esys) { return encode(sealWith(esys, secret)); });
}

Sealed<Secret> TpmSealer::unseal(ByteView blob)
{
    const auto decoded = decodeSealedBlob(blob);
    if (!decoded)
        return tl::unexpected(explainTpm(TpmFault::DamagedBlob, decoded.error().message));
    return ask(tcti_, longest_, [&](ESYS_CONTEXT* esys) { return unsealWith(esys, *decoded); });
}

} // namespace causeway::store
