// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agent/api/credential_store.hpp"
#include "agent/api/key_store.hpp"
#include "agent/base/scheduler.hpp"
#include "tests/fakes/memory_credentials.hpp"
#include "tests/fakes/memory_inventory.hpp"

namespace causeway::fakes {

/// The store without disk and TPM: same contracts, callbacks posted to the scheduler. It asks no
/// device or server to exist before it has a credential, and judges a key by its length only. Its
/// key pairs are octets that no cryptography would take.
class MemoryStore : public api::CredentialStore,
                    public api::KeyStore,
                    public MemoryInventory,
                    private MemoryCredentials
{
public:
    explicit MemoryStore(base::Scheduler& main)
        : MemoryInventory(main)
    {}

    // What a test does to it, besides failWith().

    void setStatus(api::KeyStoreStatus status)
    {
        status_ = std::move(status);
        main().post(lifetime().guard([this] {
            for (const auto& listener : listeners_)
                listener(status_);
        }));
    }

    /// At once, without a callback.
    void put(const api::CredentialId& id, std::string_view identity, base::ByteView key)
    {
        credentials_[id] =
            Record{api::PskCredential{base::toBytes(identity), base::Secret(key)}, false};
    }

    void put(const api::CredentialId& id, api::KeyPair keyPair)
    {
        credentials_[id] = Record{std::move(keyPair), false};
    }

    // api::CredentialStore

    void fetch(const api::CredentialId& id, FetchDone done) override
    {
        answerOpen<api::Credential>(std::move(done), [this, id] { return find(id); });
    }

    void store(const api::CredentialId& id, api::Credential credential, StoreDone done) override
    {
        answerOpen<api::CredentialFacts>(std::move(done),
                                         [this, id, credential = std::move(credential)]() mutable {
                                             return keep(id, std::move(credential), false);
                                         });
    }

    void generate(const api::CredentialId& id, base::Bytes identity, StoreDone done) override
    {
        answerOpen<api::CredentialFacts>(
            std::move(done), [this, id, identity = std::move(identity)]() mutable {
                return keep(id, api::PskCredential{std::move(identity), makeKey()}, true);
            });
    }

    void generateKeyPair(const api::CredentialId& id,
                         api::KeyResidence residence,
                         StoreDone done) override
    {
        answerOpen<api::CredentialFacts>(std::move(done), [this, id, residence] {
            base::Secret key = makeKey();
            base::Bytes publicKey(key.view().rbegin(), key.view().rend());
            return keep(
                id, api::KeyPair{std::move(publicKey), std::move(key), {}, {}, residence}, false);
        });
    }

    void sign(api::SignatureOrder order, BytesDone done) override
    {
        signing.emplace_back(std::move(order), std::move(done));
    }

    std::vector<std::pair<api::SignatureOrder, BytesDone>> signing; ///< the test is the TPM

    void requestCertificate(const api::CredentialId& id, BytesDone done) override
    {
        answerOpen<base::Bytes>(std::move(done), [this, id]() -> base::Expected<base::Bytes> {
            const auto keyPair = findKeyPair(id);
            if (!keyPair)
                return base::fail(keyPair.error());
            return (*keyPair)->publicKey;
        });
    }

    void
    setCertificate(const api::CredentialId& id, base::Bytes certificates, StoreDone done) override
    {
        answerOpen<api::CredentialFacts>(std::move(done),
                                         [this, id, certificates = std::move(certificates)]()
                                             -> base::Expected<api::CredentialFacts> {
                                             const auto keyPair = findKeyPair(id);
                                             if (!keyPair)
                                                 return base::fail(keyPair.error());
                                             (*keyPair)->certificates = {certificates};
                                             return facts(id);
                                         });
    }

    void listCertificates(ListDone done) override
    {
        answer<std::vector<api::CertificateTerm>>(
            std::move(done),
            [this]() -> base::Expected<std::vector<api::CertificateTerm>> { return terms; });
    }

    std::vector<api::CertificateTerm> terms; ///< what listCertificates() gives

    void exportOnce(const api::CredentialId& id, ExportDone done) override
    {
        answerOpen<api::PskCredential>(
            std::move(done), [this, id]() -> base::Expected<api::PskCredential> {
                auto found = find(id);
                if (!found)
                    return base::fail(found.error());
                if (!std::exchange(credentials_[id].isExportable, false))
                    return base::fail(base::ErrorKind::Refused,
                                      "this key may not leave the gateway");
                return std::get<api::PskCredential>(std::move(*found));
            });
    }

    void describe(const api::CredentialId& id, StoreDone done) override
    {
        answerOpen<api::CredentialFacts>(std::move(done), [this, id] { return facts(id); });
    }

    void remove(const api::CredentialId& id, CredentialStore::Done done) override
    {
        answerOpen<void>(std::move(done), [this, id]() -> base::Expected<void> {
            if (credentials_.erase(id) == 0)
                return notFound(id);
            return {};
        });
    }

    // api::KeyStore

    [[nodiscard]] api::KeyStoreStatus keyStoreStatus() const override { return status_; }

    void onKeyStoreChanged(std::function<void(const api::KeyStoreStatus&)> listener) override
    {
        listeners_.push_back(std::move(listener));
    }

private:
    base::Expected<void> putDelivered(const api::CredentialId& id,
                                      api::Credential credential) override
    {
        return keep(id, std::move(credential), false).map([](const auto&) {});
    }

    void onServerRemoved(const std::string& name) override
    {
        std::erase_if(credentials_, [&](const auto& entry) { return entry.first.server == name; });
    }

    void onDeviceRemoved(const std::string& name) override
    {
        std::erase_if(credentials_, [&](const auto& entry) { return entry.first.device == name; });
    }

    template <typename T, typename Callback, typename Work>
    void answerOpen(Callback done, Work work)
    {
        answer<T>(std::move(done), [this, work = std::move(work)]() mutable -> base::Expected<T> {
            if (status_.state == api::KeyStoreState::Locked)
                return base::fail(base::ErrorKind::Locked,
                                  "the key store is locked: " + status_.reason,
                                  base::Retry::Later);
            return work();
        });
    }

    api::KeyStoreStatus status_{api::KeyStoreState::Sealed, {}, {}};
    std::vector<std::function<void(const api::KeyStoreStatus&)>> listeners_;
};

} // namespace causeway::fakes
