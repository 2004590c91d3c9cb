// SPDX-License-Identifier: Apache-2.0
#include "store/tpm_session.hpp"

namespace causeway::store {

namespace {

/// Where systemd, Windows and tpm2-tools keep a storage root key (TCG TPM v2.0 Provisioning
/// Guidance §7.5.1).
constexpr TPM2_HANDLE persistentRootKey = 0x81000001;

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

TpmHandle openPersistentRootKey(ESYS_CONTEXT* esys)
{
    ESYS_TR handle = ESYS_TR_NONE;
    const TSS2_RC result = Esys_TR_FromTPMPublic(
        esys, persistentRootKey, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &handle);
    if (result != TSS2_RC_SUCCESS)
        throw TpmError(TpmFault::OwnerPassword, "making the storage root key");
    return {esys, handle, TpmHandle::Kind::Persistent};
}

} // namespace

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

base::Bytes nameOf(ESYS_CONTEXT* esys, const TpmHandle& handle)
{
    TPM2B_NAME* raw = nullptr;
    checkTpm(Esys_TR_GetName(esys, handle.get(), &raw), "reading a name");
    const EsysMemory<TPM2B_NAME> name(raw);
    return {name->name, name->name + name->size};
}

TpmHandle startSession(ESYS_CONTEXT* esys, const TpmHandle& rootKey, TPM2_SE type)
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
                                   type,
                                   &symmetric,
                                   TPM2_ALG_SHA256,
                                   &handle),
             "starting a session");
    TpmHandle session(esys, handle);
    checkTpm(Esys_TRSess_SetAttributes(esys,
                                       handle,
                                       TPMA_SESSION_ENCRYPT | TPMA_SESSION_DECRYPT |
                                           TPMA_SESSION_CONTINUESESSION,
                                       0xff),
             "setting up a session");
    return session;
}

} // namespace causeway::store
