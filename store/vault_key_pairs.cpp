// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "store/certificate_request.hpp"
#include "store/key_pair.hpp"
#include "store/vault.hpp"

// Credentials that are key pairs: their private keys are used in here, and in handshakes.
namespace causeway::store {

using base::Expected;

namespace {

/// A clock from before this program's first year is not set: it says nothing of certificates.
constexpr base::WallTime firstYear{std::chrono::sys_days(std::chrono::year{2026} / 1 / 1)};

std::string timeText(base::WallTime time)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch();
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                       fmt::gmtime(static_cast<std::time_t>(seconds.count())));
}

tl::unexpected<base::Error> refused(std::string sentence)
{
    return base::fail(base::ErrorKind::Refused, std::move(sentence));
}

Expected<void> checkEnd(const key_pair::CertificateFacts& certificate, base::WallTime now)
{
    if (now < firstYear || now < certificate.expiresAt)
        return {};
    return refused(fmt::format("the certificate of {} has ended on {}",
                               certificate.subject,
                               timeText(certificate.expiresAt)));
}

/// Nothing that came from outside may cost a device the certificate that works.
Expected<void> checkSuccession(const key_pair::CertificateFacts& former,
                               const key_pair::CertificateFacts& next,
                               base::WallTime now)
{
    if (next.subject != former.subject)
        return refused(fmt::format("the new certificate is of {}, the one that is kept of {}",
                                   next.subject,
                                   former.subject));
    if (next.names != former.names)
        return refused(fmt::format("the new certificate of {} has other alternative names than "
                                   "the one that is kept",
                                   next.subject));
    if (next.beginsAt < former.beginsAt || next.expiresAt < former.expiresAt)
        return refused(fmt::format("the new certificate is older than the one that is kept: it "
                                   "holds from {} to {}, the other from {} to {}",
                                   timeText(next.beginsAt),
                                   timeText(next.expiresAt),
                                   timeText(former.beginsAt),
                                   timeText(former.expiresAt)));
    if (now >= firstYear && now < next.beginsAt)
        return base::fail(
            base::ErrorKind::Refused,
            fmt::format("the new certificate is not valid before {}", timeText(next.beginsAt)),
            base::Retry::Later);
    return {};
}

/// `chain` against what the row has at this moment.
Expected<void> checkRenewal(const CredentialRow& row,
                            const base::Bytes& chain,
                            const key_pair::CertificateFacts& next,
                            base::WallTime now)
{
    if (row.certificates.empty())
        return refused("the certificate that was to be renewed is gone");
    const auto former = key_pair::describe(row.certificates);
    if (!former)
        return base::fail(former.error());
    if (key_pair::split(chain).front() == key_pair::split(row.certificates).front())
        return refused("the new certificate is the one that is kept already");
    return checkSuccession(*former, next, now);
}

} // namespace

Expected<api::CredentialFacts> Vault::generateKeyPair(const api::CredentialId& id)
{
    const auto keys = key_pair::generate();
    if (!keys)
        return base::fail(keys.error());
    return keepKeyPair(id, {keyPairKind, keys->publicKey, {}, keys->privateKey});
}

Expected<api::CredentialFacts> Vault::keepKeyPair(const api::CredentialId& id,
                                                  const Material& material)
{
    if (!envelope_)
        return locked();
    Transaction transaction(database_);
    if (const auto owner = checkOwner(id); !owner)
        return base::fail(owner.error());
    const auto row = put(id, material);
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

Expected<RequestOrder> Vault::requestCertificate(const api::CredentialId& id,
                                                 CertificateCause cause)
{
    const auto row = findKeyPair(id);
    if (!row)
        return base::fail(row.error());
    const auto endpointName = checkOwner(id);
    if (!endpointName)
        return base::fail(endpointName.error());
    auto key = unwrap(id, *row);
    if (!key)
        return base::fail(key.error());
    const bool isRenewal = cause == CertificateCause::Renewal;
    if (isRenewal && row->certificates.empty())
        return refused(fmt::format("{} has no certificate for {} yet", id.device, id.server));
    // A device without an endpoint name of its own goes by its own name.
    RequestOrder order{{},
                       {},
                       {row->identity,
                        endpointName->empty() ? id.device : *endpointName,
                        isRenewal ? row->certificates : base::Bytes()}};
    if (row->residence == api::KeyResidence::Tpm) {
        order.resident = std::move(*key);
        return order;
    }
    auto made = certificate_request::compose(
        order.wish, [&](base::ByteView digest) { return key_pair::sign(*key, digest); });
    if (!made)
        return base::fail(made.error());
    order.made = std::move(*made);
    return order;
}

Expected<api::CredentialFacts> Vault::setCertificate(const api::CredentialId& id,
                                                     base::ByteView certificates,
                                                     CertificateCause cause)
{
    auto chain = key_pair::readCertificates(certificates);
    if (!chain)
        return base::fail(chain.error());
    const auto certificate = key_pair::describe(*chain);
    if (!certificate)
        return base::fail(certificate.error());
    const base::WallTime now = std::chrono::system_clock::now();
    if (const auto checked = checkEnd(*certificate, now); !checked)
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
    if (cause == CertificateCause::Renewal) {
        if (const auto checked = checkRenewal(*row, *chain, *certificate, now); !checked)
            return base::fail(checked.error());
    }
    const auto key = unwrap(id, *row);
    if (!key)
        return base::fail(key.error());
    const auto renewed =
        put(id, {keyPairKind, row->identity, std::move(*chain), *key, false, row->residence});
    if (!renewed)
        return base::fail(renewed.error());
    // The server would go on with the former certificate.
    resumptions_.remove(id);
    commit(transaction);
    return factsOf(*renewed);
}

Expected<std::vector<api::RenewalTerm>> Vault::listTerms()
{
    std::vector<api::RenewalTerm> terms;
    for (const auto& [id, certificates] : credentials_.certificates()) {
        if (const auto facts = key_pair::describe(certificates))
            terms.push_back({id, facts->beginsAt, facts->expiresAt});
    }
    return terms;
}

} // namespace causeway::store
