// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include "store/key_pair.hpp"
#include "store/sealed_store_work.hpp"

// Key pairs: most reside in the store, some in the TPM. That makes them and signs with them on the
// sealer's worker; what is kept of them is the store's worker's.
namespace causeway::store {

using base::Bytes;
using base::Secret;

namespace {

/// On the sealer's worker.
template <typename T, typename Work>
Sealed<T> withKeys(Sealer& sealer, Work work)
{
    if (auto* const keys = sealer.residentKeys())
        return work(*keys);
    return tl::unexpected<SealerFault>(
        {"no private key can reside in a TPM: the key store is not kept by one, but by a systemd "
         "credential",
         "let the settings name the TPM, or make a key pair that resides in the store"});
}

Sealed<ResidentKey> makeWith(Sealer& sealer)
{
    return withKeys<ResidentKey>(sealer, [](auto& keys) { return keys.make(); });
}

Sealed<Bytes> composeWith(ResidentKeys& keys, const RequestOrder& order)
{
    SealerFault fault;
    auto request = certificate_request::compose(
        order.wish, [&](base::ByteView digest) -> base::Expected<Bytes> {
            auto signature = keys.sign(order.resident, digest);
            if (signature)
                return std::move(*signature);
            fault = signature.error();
            return base::fail(errorOf(fault));
        });
    if (request)
        return std::move(*request);
    if (fault.reason.empty())
        fault = {request.error().message, "make a new key pair"};
    return tl::unexpected(std::move(fault));
}

} // namespace

void SealedStore::generateKeyPair(const api::CredentialId& id,
                                  api::KeyResidence residence,
                                  StoreDone done)
{
    if (residence == api::KeyResidence::Store) {
        runSecret<api::CredentialFacts>(
            std::move(done), [id](Shelf& shelf) { return shelf.vault.generateKeyPair(id); });
        return;
    }
    runSecret<void>(
        [this, id, done = std::move(done)](Expected<void> checked) mutable {
            if (!checked)
                return done(base::fail(checked.error()));
            askSealer<ResidentKey>(
                [this, id, done = std::move(done)](Sealed<ResidentKey> key) mutable {
                    keepResident(id, std::move(key), std::move(done));
                },
                makeWith);
        },
        [id](Shelf& shelf) { return shelf.vault.checkResident(id); });
}

void SealedStore::keepResident(const api::CredentialId& id, Sealed<ResidentKey> key, StoreDone done)
{
    if (!key)
        return done(base::fail(errorOf(key.error())));
    runSecret<api::CredentialFacts>(std::move(done), [id, key = std::move(*key)](Shelf& shelf) {
        return shelf.vault.keepResident(id, key);
    });
}

void SealedStore::requestCertificate(const api::CredentialId& id, BytesDone done)
{
    orderRequest(id, CertificateCause::Operator, std::move(done));
}

void SealedStore::requestRenewal(const api::CredentialId& id, RequestDone done)
{
    orderRequest(id, CertificateCause::Renewal, std::move(done));
}

void SealedStore::orderRequest(const api::CredentialId& id, CertificateCause cause, BytesDone done)
{
    runSecret<RequestOrder>(
        [this, done = std::move(done)](Expected<RequestOrder> order) mutable {
            if (!order)
                return done(base::fail(order.error()));
            finishRequest(std::move(*order), std::move(done));
        },
        [id, cause](Shelf& shelf) { return shelf.vault.requestCertificate(id, cause); });
}

void SealedStore::finishRequest(RequestOrder order, BytesDone done)
{
    if (order.resident.empty())
        return done(std::move(order.made));
    askSealer<Bytes>(
        [done = std::move(done)](Sealed<Bytes> request) mutable {
            done(std::move(request).map_error(errorOf));
        },
        [order = std::move(order)](Sealer& sealer) {
            return withKeys<Bytes>(sealer, [&](auto& keys) { return composeWith(keys, order); });
        });
}

void SealedStore::sign(api::SignatureOrder order, BytesDone done)
{
    auto id = order.id;
    const auto mark = order.mark;
    runSecret<Secret>(
        [this, order = std::move(order), done = std::move(done)](Expected<Secret> key) mutable {
            if (!key)
                return done(base::fail(key.error()));
            signing_.push_back({std::move(*key),
                                std::move(order.digest),
                                std::move(order.wanted),
                                std::move(done)});
            if (signing_.size() == 1)
                signNext();
        },
        [id = std::move(id), mark](Shelf& shelf) { return shelf.vault.residentKey(id, mark); });
}

/// One after the other: what an operator asks of the TPM gets its turn between two, and a
/// handshake that was given up meanwhile costs no signature.
void SealedStore::signNext()
{
    while (!signing_.empty() && signing_.front().wanted.expired())
        signing_.pop_front();
    if (signing_.empty())
        return;
    const SigningOrder& order = signing_.front();
    askSealer<Bytes>([this](Sealed<Bytes> signature) { onSigned(std::move(signature)); },
                     [key = order.key.clone(), digest = order.digest](Sealer& sealer) {
                         return withKeys<Bytes>(sealer,
                                                [&](auto& keys) { return keys.sign(key, digest); });
                     });
}

void SealedStore::onSigned(Sealed<Bytes> signature)
{
    // The others would wait as long, one after the other.
    const bool concernsAll = !signature && signature.error().isUnanswered;
    std::vector<SigningOrder> answered;
    do {
        answered.push_back(std::move(signing_.front()));
        signing_.pop_front();
    } while (concernsAll && !signing_.empty());
    signNext();
    const auto result = std::move(signature).map_error(errorOf);
    for (auto& order : answered) {
        if (!order.wanted.expired())
            order.done(result);
    }
}

} // namespace causeway::store
