// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/api/credential_store.hpp"
#include "agent/api/key_store.hpp"
#include "agent/base/scheduler.hpp"
#include "tests/fakes/memory_inventory.hpp"

namespace causeway::fakes {

/// The store without disk and TPM: same contracts, callbacks posted to the scheduler. It asks no
/// device or server to exist before it has a credential, and judges a key by its length only.
class MemoryStore final : public api::CredentialStore, public api::KeyStore, public MemoryInventory
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
        credentials_[id] = Record{base::toBytes(identity), base::Secret(key), false};
    }

    // api::CredentialStore

    void fetch(const api::CredentialId& id, FetchDone done) override
    {
        answerOpen<api::PskCredential>(std::move(done), [this, id] { return find(id); });
    }

    void store(const api::CredentialId& id, api::PskCredential credential, StoreDone done) override
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
                base::Secret key(32);
                for (auto& octet : key.mutableView())
                    octet = static_cast<std::uint8_t>(nextOctet_ += 73);
                return keep(id, {std::move(identity), std::move(key)}, true);
            });
    }

    void exportOnce(const api::CredentialId& id, ExportDone done) override
    {
        answerOpen<api::PskCredential>(
            std::move(done), [this, id]() -> base::Expected<api::PskCredential> {
                auto found = find(id);
                if (!found)
                    return found;
                if (!std::exchange(credentials_[id].isExportable, false))
                    return base::fail(base::ErrorKind::Refused,
                                      "this key may not leave the gateway");
                return found;
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
    struct Record
    {
        base::Bytes identity;
        base::Secret key;
        bool isExportable = false;
    };

    static tl::unexpected<base::Error> notFound(const api::CredentialId& id)
    {
        return base::fail(base::ErrorKind::NotFound,
                          id.device + " has no credential for " + id.server);
    }

    [[nodiscard]] base::Expected<api::PskCredential> find(const api::CredentialId& id) const
    {
        const auto found = credentials_.find(id);
        if (found == credentials_.end())
            return notFound(id);
        return api::PskCredential{found->second.identity, found->second.key.clone()};
    }

    [[nodiscard]] base::Expected<api::CredentialFacts> facts(const api::CredentialId& id) const
    {
        const auto found = credentials_.find(id);
        if (found == credentials_.end())
            return notFound(id);
        std::uint64_t print = 14695981039346656037ULL;
        for (const std::uint8_t octet : found->second.key.view())
            print = (print ^ octet) * 1099511628211ULL;
        return api::CredentialFacts{std::string(base::asText(found->second.identity)),
                                    hex(print),
                                    found->second.isExportable};
    }

    static std::string hex(std::uint64_t number)
    {
        base::Bytes octets;
        for (int shift = 56; shift >= 0; shift -= 8)
            octets.push_back(static_cast<std::uint8_t>(number >> shift));
        return base::toHex(octets);
    }

    base::Expected<api::CredentialFacts>
    keep(const api::CredentialId& id, api::PskCredential credential, bool isExportable)
    {
        if (credential.key.size() < 16 || credential.key.size() > 64)
            return base::fail(base::ErrorKind::InvalidArgument, "a key has 16 to 64 octets");
        for (const auto& [other, record] : credentials_) {
            if (other != id && record.key.equals(credential.key.view()))
                return base::fail(base::ErrorKind::InvalidArgument,
                                  "another device or account has this key");
        }
        credentials_[id] =
            Record{std::move(credential.identity), std::move(credential.key), isExportable};
        return facts(id);
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
    std::map<api::CredentialId, Record> credentials_;
    std::uint32_t nextOctet_ = 0;
};

} // namespace causeway::fakes
