// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/credential_store.hpp"
#include "agent/base/secret.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::api {

/// Keeps what a later DTLS session may resume from, wrapped like a key; implemented by
/// store::SealedStore. Main thread; the callback comes there too, later. Nothing here is needed:
/// whoever finds nothing makes a full handshake.
class ResumptionStore
{
public:
    virtual ~ResumptionStore() = default;

    using FindDone = base::UniqueFunction<void(base::Secret)>;

    /// Empty when there is none, when the account's credential is another by now, when the record
    /// does not authenticate, and while the key store is locked.
    virtual void findResumption(const CredentialId& id, FindDone done) = 0;

    /// Replaces what was there, soon, together with what other accounts keep; lost when the power
    /// fails before. Dropped when the account has no longer the credential of that mark. An empty
    /// state forgets.
    virtual void
    keepResumption(const CredentialId& id, const CredentialMark& mark, base::Secret state) = 0;
};

} // namespace causeway::api
