// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "store/key_pair.hpp"
#include "store/vault.hpp"

// Credentials that are key pairs: their private keys are used in here, and in handshakes.
namespace causeway::store {

using base::Expected;

namespace {

/// A clock from before this program's first year is not set: it says nothing of certificates.
constexpr base::WallTime firstYear{std::chrono::sys_days(std::chrono::year{2026} / 1 / 1)};

Expected<void> checkEnd(const key_pair::CertificateFacts& certificate, base::WallTime now)
{
    if (now < firstYear || now < certificate.expiresAt)
        return {};
    const auto end = std::chrono::floor<std::chrono::seconds>(certificate.expiresAt);
    return base::fail(
        base::ErrorKind::Refused,
        fmt::format("the certificate of {} has ended on {:%Y-%m-%d}",
                    certificate.subject,
                    fmt::gmtime(static_cast<std::time_t>(end.time_since_epoch().count()))));
}

} // namespace

Expected<api::CredentialFacts> Vault::generateKeyPair(const api::CredentialId& id)
{
    const auto keys = key_pair::generate();
    if (!keys)
        return base::fail(keys.error());
    return keepKeyPair(id, keys->publicKey, keys->privateKey);
}

Expected<api::CredentialFacts>
Vault::keepKeyPair(const api::CredentialId& id, base::ByteView publicKey, const base::Secret& key)
{
    if (!envelope_)
        return locked();
    Transaction transaction(database_);
    if (const auto owner = checkOwner(id); !owner)
        return base::fail(owner.error());
    const auto row =
        put(id, {keyPairKind, base::Bytes(publicKey.begin(), publicKey.end()), {}, key, false});
    if (!row)
        return base::fail(row.error());
    commit(transaction);
    return factsOf(*row);
}

Expected<CredentialRow> Vault::findKeyPair(const api::CredentialId& id)
{
    if (!envelope_)
        return locked();
    auto row = credentials_.find(id);
    if (!row)
        return notFound(id);
    if (row->kind != keyPairKind)
        return base::fail(base::ErrorKind::Refused,
                          fmt::format("{} has a pre-shared key for {}; generate a key pair first",
                                      id.device,
                                      id.server));
    return *std::move(row);
}

Expected<base::Bytes> Vault::requestCertificate(const api::CredentialId& id)
{
    const auto row = findKeyPair(id);
    if (!row)
        return base::fail(row.error());
    const auto endpointName = checkOwner(id);
    if (!endpointName)
        return base::fail(endpointName.error());
    const auto key = unwrap(id, *row);
    if (!key)
        return base::fail(key.error());
    // A device without an endpoint name of its own goes by its own name.
    return key_pair::request(*key, endpointName->empty() ? id.device : *endpointName);
}

Expected<api::CredentialFacts> Vault::setCertificate(const api::CredentialId& id,
                                                     base::ByteView certificates)
{
    auto chain = key_pair::readCertificates(certificates);
    if (!chain)
        return base::fail(chain.error());
    const auto certificate = key_pair::describe(*chain);
    if (!certificate)
        return base::fail(certificate.error());
    if (const auto checked = checkEnd(*certificate, std::chrono::system_clock::now()); !checked)
        return base::fail(checked.error());
    Transaction transaction(database_);
    const auto row = findKeyPair(id);
    if (!row)
        return base::fail(row.error());
    if (certificate->publicKey != row->identity)
        return base::fail(base::ErrorKind::InvalidArgument,
                          fmt::format("the certificate of {} is for another key than {} has for {}",
                                      certificate->subject,
                                      id.device,
                                      id.server));
    const auto key = unwrap(id, *row);
    if (!key)
        return base::fail(key.error());
    const auto renewed = put(id, {keyPairKind, row->identity, std::move(*chain), *key, false});
    if (!renewed)
        return base::fail(renewed.error());
    // The server would go on with the former certificate.
    resumptions_.remove(id);
    commit(transaction);
    return factsOf(*renewed);
}

Expected<std::vector<api::CertificateTerm>> Vault::listCertificates()
{
    std::vector<api::CertificateTerm> terms;
    for (const auto& [id, certificates] : credentials_.certificates()) {
        if (const auto facts = key_pair::describe(certificates))
            terms.push_back({id, facts->expiresAt});
    }
    return terms;
}

} // namespace causeway::store
