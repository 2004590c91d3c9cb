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
    const auto row = resumptions_.find(id);
    if (!envelope_ || !credential || !row || row->kekId != envelope_->kekId())
        return base::Secret();
    return envelope_->unwrap(factsFor(id, *credential), row->wrappedState);
}

base::Expected<void> Vault::keepResumptions(const ResumptionChanges& changes)
{
    Transaction transaction(database_);
    for (const auto& [id, change] : changes) {
        if (const auto kept = keepResumption(id, change); !kept)
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
    auto wrapped = envelope_->wrap(factsFor(id, *credential), change.state);
    if (!wrapped)
        return base::fail(wrapped.error());
    resumptions_.put(id, {envelope_->kekId(), std::move(*wrapped)});
    return {};
}

} // namespace causeway::store
