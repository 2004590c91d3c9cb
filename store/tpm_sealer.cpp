// SPDX-License-Identifier: Apache-2.0
#include "store/tpm_sealer.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "store/sealed_blob.hpp"
#include "store/tpm_counter.hpp"
#include "store/tpm_object.hpp"
#include "store/tpm_session.hpp"

namespace causeway::store {

namespace {

using base::Bytes;
using base::ByteView;
using base::Secret;

TPML_PCR_SELECTION selectionOf(const api::PlatformRegisters& registers)
{
    TPML_PCR_SELECTION selection{};
    selection.count = 1;
    TPMS_PCR_SELECTION& bank = selection.pcrSelections[0];
    bank.hash = TPM2_ALG_SHA256;
    bank.sizeofSelect = static_cast<UINT8>(registers.size() / 8);
    for (std::size_t i = 0; i < registers.size(); ++i) {
        if (registers[i])
            bank.pcrSelect[i / 8] |= static_cast<BYTE>(1U << i % 8);
    }
    return selection;
}

/// Of the bank with SHA-256.
api::PlatformRegisters registersOf(const TPML_PCR_SELECTION& banks)
{
    api::PlatformRegisters registers;
    const std::span all(banks.pcrSelections,
                        std::min<std::size_t>(banks.count, TPM2_NUM_PCR_BANKS));
    for (const TPMS_PCR_SELECTION& bank : all) {
        const std::size_t bits = std::min<std::size_t>(bank.sizeofSelect, TPM2_PCR_SELECT_MAX) * 8;
        for (std::size_t i = 0; bank.hash == TPM2_ALG_SHA256 && i < registers.size(); ++i)
            registers[i] = i < bits && (bank.pcrSelect[i / 8] >> i % 8 & 1U) != 0;
    }
    return registers;
}

/// TPM2_PolicyPCR leaves out what the bank does not have, and binds to the rest, or to nothing
/// (TPM 2.0 Part 3 §23.7). Asked in a session, because a policy is made once and never looked at.
void requireBank(ESYS_CONTEXT* esys,
                 const TpmHandle& rootKey,
                 const api::PlatformRegisters& registers)
{
    const TpmHandle session = startSession(esys, rootKey);
    checkTpm(Esys_TRSess_SetAttributes(
                 esys, session.get(), TPMA_SESSION_AUDIT | TPMA_SESSION_CONTINUESESSION, 0xff),
             "setting up a session");
    TPMI_YES_NO hasMore = TPM2_NO;
    TPMS_CAPABILITY_DATA* raw = nullptr;
    checkTpm(Esys_GetCapability(esys,
                                session.get(),
                                ESYS_TR_NONE,
                                ESYS_TR_NONE,
                                TPM2_CAP_PCRS,
                                0,
                                TPM2_MAX_CAP_BUFFER,
                                &hasMore,
                                &raw),
             "asking for the platform registers' banks");
    const EsysMemory<TPMS_CAPABILITY_DATA> data(raw);
    if ((registers & ~registersOf(data->data.assignedPCR)).any())
        throw TpmError(TpmFault::NoSuchBank, "nothing was sealed");
}

/// In the session's policy: the registers as they are now.
void demandRegisters(ESYS_CONTEXT* esys,
                     const TpmHandle& session,
                     const api::PlatformRegisters& registers)
{
    const TPM2B_DIGEST whatever{};
    const TPML_PCR_SELECTION selection = selectionOf(registers);
    checkTpm(
        Esys_PolicyPCR(
            esys, session.get(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &whatever, &selection),
        "asking for platform registers");
}

TPM2B_DIGEST
policyOf(ESYS_CONTEXT* esys, const TpmHandle& rootKey, const api::PlatformRegisters& registers)
{
    const TpmHandle trial = startSession(esys, rootKey, TPM2_SE_TRIAL);
    demandRegisters(esys, trial, registers);
    TPM2B_DIGEST* raw = nullptr;
    checkTpm(
        Esys_PolicyGetDigest(esys, trial.get(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &raw),
        "making a policy");
    const EsysMemory<TPM2B_DIGEST> digest(raw);
    return *digest;
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

SealedBlob
sealWith(ESYS_CONTEXT* esys, const Secret& secret, const api::PlatformRegisters& registers)
{
    const TpmHandle rootKey = openRootKey(esys);
    const TpmHandle session = startSession(esys, rootKey);
    const SensitiveInput input({}, secret.view());
    TPM2B_PUBLIC object = sealedObjectTemplate();
    if (registers.any()) {
        requireBank(esys, rootKey, registers);
        object.publicArea.authPolicy = policyOf(esys, rootKey, registers);
        // Else the empty password would do instead of the policy.
        object.publicArea.objectAttributes &= ~TPMA_OBJECT_USERWITHAUTH;
    }
    const TPM2B_DATA outside{};
    const TPML_PCR_SELECTION noCreationRegisters{};
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
                         &noCreationRegisters,
                         &rawPrivate,
                         &rawPublic,
                         nullptr,
                         nullptr,
                         nullptr),
             "sealing");
    const EsysMemory<TPM2B_PRIVATE> privateArea(rawPrivate);
    const EsysMemory<TPM2B_PUBLIC> publicArea(rawPublic);
    return pack(nameOf(esys, rootKey), *publicArea, *privateArea, registers);
}

TpmHandle startUnsealing(ESYS_CONTEXT* esys,
                         const TpmHandle& rootKey,
                         const api::PlatformRegisters& registers)
{
    if (registers.none())
        return startSession(esys, rootKey);
    TpmHandle session = startSession(esys, rootKey, TPM2_SE_POLICY);
    demandRegisters(esys, session, registers);
    return session;
}

Secret unsealWith(ESYS_CONTEXT* esys, const SealedBlob& blob)
{
    const TpmHandle rootKey = openRootKeyOf(esys, blob);
    const TpmHandle session = startSession(esys, rootKey);
    const TpmHandle object = load(esys, rootKey, session, blob);
    const TpmHandle unsealing = startUnsealing(esys, rootKey, blob.registers);
    TPM2B_SENSITIVE_DATA* raw = nullptr;
    checkTpm(Esys_Unseal(esys, object.get(), unsealing.get(), ESYS_TR_NONE, ESYS_TR_NONE, &raw),
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

} // namespace

TpmSealer::TpmSealer(std::string tcti, std::chrono::milliseconds longest)
    : tcti_(std::move(tcti))
    , longest_(longest)
    , keys_(tcti_, longest_)
{}

Sealed<Secret> TpmSealer::random(std::size_t size)
{
    return askTpm(tcti_, longest_, [&](ESYS_CONTEXT* esys) { return randomWith(esys, size); });
}

Sealed<Bytes> TpmSealer::seal(const Secret& secret, const api::PlatformRegisters& registers)
{
    return askTpm(tcti_, longest_, [&](ESYS_CONTEXT* esys) {
        return encode(sealWith(esys, secret, registers));
    });
}

Sealed<Secret> TpmSealer::unseal(ByteView blob)
{
    const auto decoded = decodeSealedBlob(blob);
    if (!decoded)
        return tl::unexpected(explainTpm(TpmFault::DamagedBlob, decoded.error().message));
    return askTpm(tcti_, longest_, [&](ESYS_CONTEXT* esys) { return unsealWith(esys, *decoded); });
}

Sealed<std::optional<std::uint64_t>> TpmSealer::readCounter()
{
    return askTpm(tcti_, longest_, [](ESYS_CONTEXT* esys) { return counter::read(esys); });
}

Sealed<std::uint64_t> TpmSealer::advanceCounter(std::uint64_t target)
{
    return askTpm(
        tcti_, longest_, [target](ESYS_CONTEXT* esys) { return counter::advance(esys, target); });
}

} // namespace causeway::store
