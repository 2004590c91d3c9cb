// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "agent/api/credential_store.hpp"
#include "agent/api/key_store_control.hpp"
#include "agent/base/secret.hpp"
#include "store/certificate_request.hpp"

namespace causeway::store {

/// What is to be sealed, and to which registers.
struct SealOrder
{
    std::int64_t kekId = 0;
    base::Secret kek;
    api::PlatformRegisters registers;
};

/// A credential on its way into a row.
struct Material
{
    std::string kind;
    base::Bytes identity; ///< of a key pair: the public key
    base::Bytes certificates;
    const base::Secret& key;
    bool isExportable = false;
    api::KeyResidence residence = api::KeyResidence::Store;
};

/// A certificate request; or what to make it of when the private key does not reside in the store.
struct RequestOrder
{
    base::Bytes made;
    base::Secret resident; ///< what its maker needs to sign with it; empty: the request is made
    certificate_request::Wish wish;
};

/// What waits for a signature.
struct SigningOrder
{
    base::Secret key;
    base::Bytes digest;
    std::weak_ptr<const char> wanted;
    api::CredentialStore::BytesDone done;
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
