// SPDX-License-Identifier: Apache-2.0
#include "store/vault.hpp"

// Key pairs whose private halves reside in the TPM. What is wrapped for them is what the TPM needs
// to sign: everything else is as with other key pairs.
namespace causeway::store {

using base::Expected;

Expected<void> Vault::checkResident(const api::CredentialId& id)
{
    if (!envelope_)
        return locked();
    return checkOwner(id).map([](const auto&) {});
}

Expected<api::CredentialFacts> Vault::keepResident(const api::CredentialId& id,
                                                   const ResidentKey& key)
{
    return keepKeyPair(id,
                       {keyPairKind, key.publicKey, {}, key.blob, false, api::KeyResidence::Tpm});
}

Expected<base::Secret> Vault::residentKey(const api::CredentialId& id,
                                          const api::CredentialMark& mark)
{
    const auto row = findKeyPair(id);
    if (!row)
        return base::fail(row.error());
    if (row->residence != api::KeyResidence::Tpm || markOf(*row) != mark)
        return base::fail(
            base::ErrorKind::Cancelled, "the key pair was replaced meanwhile", base::Retry::Later);
    return unwrap(id, *row);
}

} // namespace causeway::store
