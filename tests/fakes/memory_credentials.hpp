// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <variant>

#include "agent/api/credential_store.hpp"

namespace causeway::fakes {

/// MemoryStore's records, without callbacks.
class MemoryCredentials
{
protected:
    struct Record
    {
        api::Credential credential;
        bool isExportable = false;
    };

    static api::Credential copy(const api::Credential& credential)
    {
        if (const auto* psk = std::get_if<api::PskCredential>(&credential))
            return api::PskCredential{psk->identity, psk->key.clone()};
        const auto& keyPair = std::get<api::KeyPair>(credential);
        return api::KeyPair{keyPair.publicKey,
                            keyPair.privateKey.clone(),
                            keyPair.certificates,
                            keyPair.mark,
                            keyPair.residence};
    }

    static const base::Secret& secretOf(const api::Credential& credential)
    {
        const auto* psk = std::get_if<api::PskCredential>(&credential);
        return psk != nullptr ? psk->key : std::get<api::KeyPair>(credential).privateKey;
    }

    base::Secret makeKey()
    {
        base::Secret key(32);
        for (auto& octet : key.mutableView())
            octet = static_cast<std::uint8_t>(nextOctet_ += 73);
        return key;
    }

    static tl::unexpected<base::Error> notFound(const api::CredentialId& id)
    {
        return base::fail(base::ErrorKind::NotFound,
                          id.device + " has no credential for " + id.server);
    }

    [[nodiscard]] base::Expected<api::Credential> find(const api::CredentialId& id) const
    {
        const auto found = credentials_.find(id);
        if (found == credentials_.end())
            return notFound(id);
        return copy(found->second.credential);
    }

    [[nodiscard]] base::Expected<api::KeyPair*> findKeyPair(const api::CredentialId& id)
    {
        const auto found = credentials_.find(id);
        auto* const keyPair = found == credentials_.end()
                                  ? nullptr
                                  : std::get_if<api::KeyPair>(&found->second.credential);
        if (keyPair == nullptr)
            return notFound(id);
        return keyPair;
    }

    [[nodiscard]] base::Expected<api::CredentialFacts> facts(const api::CredentialId& id) const
    {
        const auto found = credentials_.find(id);
        if (found == credentials_.end())
            return notFound(id);
        std::uint64_t print = 14695981039346656037ULL;
        const api::Credential& credential = found->second.credential;
        for (const std::uint8_t octet : secretOf(credential).view())
            print = (print ^ octet) * 1099511628211ULL;
        api::CredentialFacts known;
        known.fingerprint = hex(print);
        known.isExportable = found->second.isExportable;
        if (const auto* psk = std::get_if<api::PskCredential>(&credential))
            known.identity = base::asText(psk->identity);
        else
            known.publicKey = std::get<api::KeyPair>(credential).publicKey;
        return known;
    }

    static std::string hex(std::uint64_t number)
    {
        base::Bytes octets;
        for (int shift = 56; shift >= 0; shift -= 8)
            octets.push_back(static_cast<std::uint8_t>(number >> shift));
        return base::toHex(octets);
    }

    base::Expected<api::CredentialFacts>
    keep(const api::CredentialId& id, api::Credential credential, bool isExportable)
    {
        const base::Secret& secret = secretOf(credential);
        const bool isPsk = std::holds_alternative<api::PskCredential>(credential);
        if (isPsk && (secret.size() < 16 || secret.size() > 64))
            return base::fail(base::ErrorKind::InvalidArgument, "a key has 16 to 64 octets");
        for (const auto& [other, record] : credentials_) {
            if (other != id && secretOf(record.credential).equals(secret.view()))
                return base::fail(base::ErrorKind::InvalidArgument,
                                  "another device or account has this key");
        }
        credentials_[id] = Record{std::move(credential), isExportable};
        return facts(id);
    }

    std::map<api::CredentialId, Record> credentials_;
    std::uint32_t nextOctet_ = 0;
};

} // namespace causeway::fakes
