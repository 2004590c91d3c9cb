// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "store/sealer.hpp"

namespace causeway::store {

/// What an operator can tell apart, and act on.
enum class TpmFault : std::uint8_t {
    Absent,            ///< no device, no server, or no answer in time
    BadAddress,        ///< the TCTI string names nothing that exists
    AnotherTpm,        ///< not the one that sealed the key, or cleared since
    PolicyFailed,      ///< PCRs are not as they were
    Lockout,           ///< too many failed authorizations, by whomever
    OwnerPassword,     ///< the owner hierarchy asks for a password
    HierarchyDisabled, ///< by the firmware
    Busy,              ///< testing itself, out of slots
    TamperedAnswer,    ///< an HMAC did not fit: someone sits between us and the TPM
    DamagedBlob,
    NoSuchBank,       ///< no PCRs with SHA-256
    CounterTaken,     ///< something else is at our counter's index
    CounterForbidden, ///< only the owner may define it, and has a password
    Other,
};

/// Thrown inside the TPM code only, where every line can fail the same way; TpmSealer turns it into
/// a SealerFault.
class TpmError : public std::runtime_error
{
public:
    TpmError(TpmFault fault, const std::string& message);
    /// By TSS2 response code.
    TpmError(std::uint32_t code, std::string_view doing);

    [[nodiscard]] TpmFault fault() const { return fault_; }

private:
    TpmFault fault_;
};

/// TCG TSS 2.0 Overview §3.4 (layers) and TPM 2.0 Part 2 §6.6 (format-one codes).
[[nodiscard]] TpmFault classifyTpm(std::uint32_t code);

/// The sentences for the operator; `detail` is what the library said.
[[nodiscard]] SealerFault explainTpm(TpmFault fault, std::string_view detail);

/// Throws TpmError unless the code is success.
void checkTpm(std::uint32_t code, std::string_view doing);

} // namespace causeway::store
