// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "agent/api/credential_store.hpp"
#include "agent/api/key_store_control.hpp"
#include "agent/base/secret.hpp"

namespace causeway::store {

/// What is to be sealed, and to which registers.
struct SealOrder
{
    std::int64_t kekId = 0;
    base::Secret kek;
    api::PlatformRegisters registers;
};

/// Why a certificate is asked for, or set.
enum class CertificateCause : std::uint8_t {
    Operator, ///< gives a key pair whichever certificate is for it
    Renewal,  ///< takes over from the one that is kept
};

/// What accounts want to keep for their next session.
struct ResumptionChange
{
    api::CredentialMark credential{};
    base::Secret state; ///< empty: forget
};

using ResumptionChanges = std::map<api::CredentialId, ResumptionChange>;

} // namespace causeway::store
