// SPDX-License-Identifier: Apache-2.0
#include "store/vault.hpp"

/// The part of Vault that keeps what sessions resume from.
namespace causeway::store {

namespace {

ResumptionFacts factsFor(const api::CredentialId& id, const CredentialRow& row)
{
    return {id.device, id.server, row.identity, row.fingerprint};
}

} // namespace

base::Expected<base::Secret> Vault::findResumption(const api::CredentialId& id)
{
    const auto credential = credentials_.find(id);
    return credential ? resumptionOf(id, *credential) : base::Secret();
}

base::Secret Vault::resumptionOf(const api::CredentialId& id, const CredentialRow& credential)
{
    const auto row = resumptions_.find(id);
    if (!envelope_ || !row || row->kekId != envelope_->kekId())
        return {};
    return envelope_->unwrap(factsFor(id, credential), row->wrappedState).value_or(base::Secret());
}

base::Expected<void> Vault::keepResumptions(const ResumptionChanges& changes)
{
    Transaction transaction(database_);
    for (const auto& [id, change] : changes) {
        if (auto kept = keepResumption(id, change); !kept)
            return kept;
    }
    transaction.commit();
    return {};
}

base::Expected<void> Vault::keepResumption(const api::CredentialId& id,
                                           const ResumptionChange& change)
{
    if (change.state.empty()) {
        resumptions_.remove(id);
        return {};
    }
    const auto credential = credentials_.find(id);
    if (!envelope_ || !credential || markOf(*credential) != change.credential)
        return {};
    return wrapBy(*envelope_, id, *credential, change.state);
}

/// One that does not open costs a full handshake, and is no reason to keep a key.
base::Expected<void> Vault::wrapBy(const Envelope& envelope,
                                   const api::CredentialId& id,
                                   const CredentialRow& credential,
                                   const base::Secret& state)
{
    if (state.empty()) {
        resumptions_.remove(id);
        return {};
    }
    auto wrapped = envelope.wrap(factsFor(id, credential), state);
    if (!wrapped)
        return base::fail(wrapped.error());
    resumptions_.put(id, {envelope.kekId(), std::move(*wrapped)});
    return {};
}

} // namespace causeway::store
