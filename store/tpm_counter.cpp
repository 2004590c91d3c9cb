// SPDX-License-Identifier: Apache-2.0
#include "store/tpm_counter.hpp"

#include "store/tpm_session.hpp"

namespace causeway::store::counter {

namespace {

/// In the owner's range (TCG Registry of Reserved TPM 2.0 Handles §2.2.2).
constexpr TPM2_HANDLE index = 0x01801ca5;
constexpr UINT16 counterSize = 8;
constexpr TPMA_NV counterAttributes =
    TPM2_NT_COUNTER << TPMA_NV_TPM2_NT_SHIFT | TPMA_NV_AUTHREAD | TPMA_NV_AUTHWRITE | TPMA_NV_NO_DA;
/// Of a code's layer, handle number and parameter number nothing is left.
constexpr TSS2_RC formatOneMask = 0xbf;

bool is(TSS2_RC result, TSS2_RC formatOne)
{
    return (result & TPM2_RC_FMT1) != 0 && (result & formatOneMask) == formatOne;
}

std::optional<TpmHandle> find(ESYS_CONTEXT* esys)
{
    ESYS_TR handle = ESYS_TR_NONE;
    const TSS2_RC result =
        Esys_TR_FromTPMPublic(esys, index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &handle);
    if (is(result, TPM2_RC_HANDLE))
        return std::nullopt;
    checkTpm(result, "looking for the counter");
    return TpmHandle(esys, handle, TpmHandle::Kind::Persistent);
}

TpmHandle make(ESYS_CONTEXT* esys)
{
    const TPM2B_AUTH noPassword{};
    TPM2B_NV_PUBLIC area{};
    area.nvPublic.nvIndex = index;
    area.nvPublic.nameAlg = TPM2_ALG_SHA256;
    area.nvPublic.attributes = counterAttributes;
    area.nvPublic.dataSize = counterSize;
    ESYS_TR handle = ESYS_TR_NONE;
    const TSS2_RC result = Esys_NV_DefineSpace(esys,
                                               ESYS_TR_RH_OWNER,
                                               ESYS_TR_PASSWORD,
                                               ESYS_TR_NONE,
                                               ESYS_TR_NONE,
                                               &noPassword,
                                               &area,
                                               &handle);
    if (is(result, TPM2_RC_BAD_AUTH))
        throw TpmError(TpmFault::CounterForbidden, "making the counter");
    checkTpm(result, "making the counter");
    return {esys, handle, TpmHandle::Kind::Persistent};
}

/// Neither command has a parameter that could be encrypted on its way in.
TpmHandle startReading(ESYS_CONTEXT* esys, TPMA_SESSION attributes)
{
    TpmHandle session = startSession(esys, openRootKey(esys));
    checkTpm(Esys_TRSess_SetAttributes(
                 esys, session.get(), attributes | TPMA_SESSION_CONTINUESESSION, 0xff),
             "setting up a session");
    return session;
}

/// What anybody could have defined in its place tells nothing. The session proves the answer.
bool isOurs(ESYS_CONTEXT* esys, const TpmHandle& handle)
{
    const TpmHandle session = startReading(esys, TPMA_SESSION_ENCRYPT);
    TPM2B_NV_PUBLIC* raw = nullptr;
    checkTpm(Esys_NV_ReadPublic(
                 esys, handle.get(), session.get(), ESYS_TR_NONE, ESYS_TR_NONE, &raw, nullptr),
             "looking at the counter");
    const EsysMemory<TPM2B_NV_PUBLIC> area(raw);
    return (area->nvPublic.attributes & ~TPMA_NV_WRITTEN) == counterAttributes &&
           area->nvPublic.dataSize == counterSize;
}

std::uint64_t toNumber(const TPM2B_MAX_NV_BUFFER& octets)
{
    if (octets.size != counterSize)
        throw TpmError(TpmFault::Other, "the counter has another size");
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < counterSize; ++i)
        value = value << 8U | octets.buffer[i];
    return value;
}

struct Reading
{
    bool isOurs = false;
    std::optional<std::uint64_t> value; ///< nothing before the first step
};

Reading look(ESYS_CONTEXT* esys, const TpmHandle& handle)
{
    if (!isOurs(esys, handle))
        return {};
    const TpmHandle session = startReading(esys, TPMA_SESSION_ENCRYPT);
    TPM2B_MAX_NV_BUFFER* raw = nullptr;
    const TSS2_RC result = Esys_NV_Read(esys,
                                        handle.get(),
                                        handle.get(),
                                        session.get(),
                                        ESYS_TR_NONE,
                                        ESYS_TR_NONE,
                                        counterSize,
                                        0,
                                        &raw);
    // One with a password is somebody else's.
    if (is(result, TPM2_RC_BAD_AUTH) || is(result, TPM2_RC_AUTH_FAIL))
        return {};
    if (result == TPM2_RC_NV_UNINITIALIZED)
        return {true, std::nullopt};
    checkTpm(result, "reading the counter");
    const EsysMemory<TPM2B_MAX_NV_BUFFER> octets(raw);
    return {true, toNumber(*octets)};
}

void increment(ESYS_CONTEXT* esys, const TpmHandle& handle)
{
    const TpmHandle session = startReading(esys, 0);
    checkTpm(Esys_NV_Increment(
                 esys, handle.get(), handle.get(), session.get(), ESYS_TR_NONE, ESYS_TR_NONE),
             "advancing the counter");
}

} // namespace

std::optional<std::uint64_t> read(ESYS_CONTEXT* esys)
{
    const auto handle = find(esys);
    return handle ? look(esys, *handle).value : std::nullopt;
}

/// It looks first: the answer to a former attempt may have been lost.
std::uint64_t advance(ESYS_CONTEXT* esys, std::uint64_t target)
{
    auto found = find(esys);
    const TpmHandle handle = found ? std::move(*found) : make(esys);
    Reading reading = look(esys, handle);
    if (!reading.isOurs)
        throw TpmError(TpmFault::CounterTaken, "it has other attributes, or a password");
    for (int step = 0; step < mostCounterSteps && reading.value.value_or(0) < target; ++step) {
        increment(esys, handle);
        reading = look(esys, handle);
    }
    if (!reading.value)
        throw TpmError(TpmFault::Other, "the counter did not advance");
    return *reading.value;
}

} // namespace causeway::store::counter
