// SPDX-License-Identifier: Apache-2.0
#include "store/tpm_fault.hpp"

#include <array>

#include <fmt/format.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tpm2_types.h>

namespace causeway::store {

namespace {

struct Explanation
{
    TpmFault fault;
    std::string_view reason;
    std::string_view remedy;
};

// clang-format off
constexpr std::array<Explanation, 14> explanations{{
    {TpmFault::Absent, "the TPM does not answer", "check that the TPM device exists, is enabled in the firmware and may be opened by the service"},
    {TpmFault::BadAddress, "the TPM's address in the settings is wrong", "give a TCTI such as device:/dev/tpmrm0"},
    {TpmFault::AnotherTpm, "this TPM is not the one that sealed the key, or it was cleared", "bring the former TPM back; if it is lost, give the recovery key (causewayctl keystore recover), or begin anew (causewayctl keystore erase)"},
    {TpmFault::PolicyFailed, "the TPM's policy does not let us open the key now", "start the machine with the firmware and boot settings it had when the key was sealed; or, if you changed them, give the recovery key (causewayctl keystore recover)"},
    {TpmFault::Lockout, "the TPM is locked after too many failed authorizations", "find who tries passwords at the TPM, then wait or reset the lockout (tpm2_dictionarylockout)"},
    {TpmFault::OwnerPassword, "the TPM's owner hierarchy has a password and there is no storage root key at 0x81000001", "make one there (tpm2_createprimary, tpm2_evictcontrol), or clear the owner password"},
    {TpmFault::HierarchyDisabled, "the TPM's owner hierarchy is disabled", "enable it in the firmware's settings"},
    {TpmFault::Busy, "the TPM is busy", "wait; check that /dev/tpmrm0 is used, not /dev/tpm0"},
    {TpmFault::TamperedAnswer, "an answer of the TPM was not authentic", "check the hardware: something may sit between processor and TPM"},
    {TpmFault::DamagedBlob, "the sealed key is damaged", "restore the database from a copy"},
    {TpmFault::NoSuchBank, "the TPM's SHA-256 bank does not have all of these platform registers", "activate the bank in the firmware's settings, or choose other registers"},
    {TpmFault::CounterTaken, "the TPM's index 0x01801ca5 is not our counter", "if nobody needs what is there, remove it (tpm2_nvundefine 0x01801ca5)"},
    {TpmFault::CounterForbidden, "the TPM's owner hierarchy has a password and there is no counter at 0x01801ca5", "define it once as owner (tpm2_nvdefine -C o -P PASSWORD -s 8 -a \"authread|authwrite|no_da|nt=1\" 0x01801ca5), or clear the owner password"},
    {TpmFault::Other, "the TPM refuses", "look the code up with tpm2_rc_decode"},
}};
// clang-format on

constexpr std::uint32_t layerMask = 0x00ff0000;
constexpr std::uint32_t codeMask = 0xffff;
/// Bits 0 to 5 and 7: without them, handle, session and parameter numbers stay out.
constexpr std::uint32_t formatOneMask = 0xbf;
/// What libtss2-tctildr says of a string it cannot read.
constexpr std::uint32_t addressCode = TSS2_TCTI_RC_BAD_VALUE & codeMask;

TpmFault classifyFormatOne(std::uint32_t code)
{
    switch (code & formatOneMask) {
    case TPM2_RC_INTEGRITY:
        return TpmFault::AnotherTpm;
    case TPM2_RC_POLICY_FAIL:
        return TpmFault::PolicyFailed;
    case TPM2_RC_BAD_AUTH:
        return TpmFault::OwnerPassword;
    case TPM2_RC_AUTH_FAIL:
        return TpmFault::TamperedAnswer;
    case TPM2_RC_HIERARCHY:
        return TpmFault::HierarchyDisabled;
    case TPM2_RC_SIZE:
    case TPM2_RC_VALUE:
    case TPM2_RC_TAG:
    case TPM2_RC_TYPE:
    case TPM2_RC_INSUFFICIENT:
        return TpmFault::DamagedBlob;
    default:
        return TpmFault::Other;
    }
}

TpmFault classifyFormatZero(std::uint32_t code)
{
    switch (code) {
    case TPM2_RC_LOCKOUT:
        return TpmFault::Lockout;
    case TPM2_RC_RETRY:
    case TPM2_RC_YIELDED:
    case TPM2_RC_TESTING:
    case TPM2_RC_NV_RATE:
    case TPM2_RC_OBJECT_MEMORY:
    case TPM2_RC_SESSION_MEMORY:
    case TPM2_RC_MEMORY:
    case TPM2_RC_OBJECT_HANDLES:
    case TPM2_RC_SESSION_HANDLES:
        return TpmFault::Busy;
    default:
        return TpmFault::Other;
    }
}

TpmFault classifyEsys(std::uint32_t code)
{
    switch (code) {
    case TSS2_BASE_RC_RSP_AUTH_FAILED:
        return TpmFault::TamperedAnswer;
    case TSS2_BASE_RC_IO_ERROR:
    case TSS2_BASE_RC_NO_CONNECTION:
        return TpmFault::Absent;
    default:
        return TpmFault::Other;
    }
}

} // namespace

TpmError::TpmError(TpmFault fault, const std::string& message)
    : std::runtime_error(message)
    , fault_(fault)
{}

TpmError::TpmError(std::uint32_t code, std::string_view doing)
    : TpmError(classifyTpm(code), fmt::format("{}: {} (0x{:x})", doing, Tss2_RC_Decode(code), code))
{}

TpmFault classifyTpm(std::uint32_t code)
{
    const std::uint32_t base = code & codeMask;
    switch (code & layerMask) {
    case TSS2_TPM_RC_LAYER:
    case TSS2_RESMGR_TPM_RC_LAYER:
        return (base & TPM2_RC_FMT1) != 0 ? classifyFormatOne(base) : classifyFormatZero(base);
    case TSS2_TCTI_RC_LAYER:
        return base == addressCode || base == TSS2_BASE_RC_NOT_SUPPORTED ? TpmFault::BadAddress
                                                                         : TpmFault::Absent;
    case TSS2_ESAPI_RC_LAYER:
    case TSS2_SYS_RC_LAYER:
        return classifyEsys(base);
    case TSS2_MU_RC_LAYER:
        return TpmFault::DamagedBlob;
    default:
        return TpmFault::Other;
    }
}

SealerFault explainTpm(TpmFault fault, std::string_view detail)
{
    for (const Explanation& row : explanations) {
        if (row.fault == fault)
            return {fmt::format("{} ({})", row.reason, detail),
                    std::string(row.remedy),
                    fault == TpmFault::Absent};
    }
    return {std::string(detail), {}};
}

void checkTpm(std::uint32_t code, std::string_view doing)
{
    if (code != TSS2_RC_SUCCESS)
        throw TpmError(code, doing);
}

} // namespace causeway::store
