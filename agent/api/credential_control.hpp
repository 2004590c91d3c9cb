// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/api/credential_store.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::api {

/// What an operator can do with one device's credential for one server: CredentialStore's calls,
/// for devices and accounts that are there, with their effect on sessions. Main thread only;
/// callbacks come later, exactly once.
class CredentialControl
{
public:
    virtual ~CredentialControl() = default;

    using Done = base::UniqueFunction<void(base::Expected<void>)>;
    using CredentialDone = CredentialStore::StoreDone;
    using SecretDone = CredentialStore::ExportDone;
    using BytesDone = CredentialStore::BytesDone;

    virtual void setCredential(CredentialId id, Credential credential, CredentialDone done) = 0;
    /// An empty identity means the endpoint name.
    virtual void generateCredential(CredentialId id, std::string identity, CredentialDone done) = 0;
    virtual void generateKeyPair(CredentialId id, KeyResidence residence, CredentialDone done) = 0;
    virtual void requestCertificate(CredentialId id, BytesDone done) = 0;
    virtual void setCertificate(CredentialId id, base::Bytes certificates, CredentialDone done) = 0;
    virtual void exportCredential(CredentialId id, SecretDone done) = 0;
    virtual void describeCredential(CredentialId id, CredentialDone done) = 0;
    virtual void removeCredential(CredentialId id, Done done) = 0;
};

} // namespace causeway::api
