// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/api/credential_store.hpp"

namespace causeway::api {

/// From when to when a kept certificate holds.
struct RenewalTerm
{
    CredentialId id;
    base::WallTime beginsAt{};
    base::WallTime expiresAt{};
};

/// Certificates that take over from those that are kept; implemented by store::SealedStore, with
/// the rules of CredentialStore for threads, callbacks and errors.
class RenewalStore
{
public:
    virtual ~RenewalStore() = default;

    using TermsDone = base::UniqueFunction<void(base::Expected<std::vector<RenewalTerm>>)>;
    using RequestDone = CredentialStore::BytesDone;
    using RenewalDone = CredentialStore::StoreDone;

    /// Of every certificate that is kept; works while locked.
    virtual void listTerms(TermsDone done) = 0;

    /// PKCS#10, DER, for the key pair that is kept, with its certificate's subject and alternative
    /// names as they are (RFC 7030 §4.2.2). Refused when there is no certificate.
    virtual void requestRenewal(const CredentialId& id, RequestDone done) = 0;

    /// As CredentialStore::setCertificate() takes them. Whatever was asked: refused, and what is
    /// kept stays, unless at this moment the first one is for the key that is kept, has the
    /// subject and alternative names of the certificate that is kept, is valid, another one, and
    /// neither begins nor ends before it.
    virtual void
    renewCertificate(const CredentialId& id, base::Bytes certificates, RenewalDone done) = 0;
};

} // namespace causeway::api
