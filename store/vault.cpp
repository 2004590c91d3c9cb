// SPDX-License-Identifier: Apache-2.0
#include "store/vault.hpp"

#include <array>

#include <fmt/format.h>

#include "store/aead.hpp"
#include "store/key_pair.hpp"
#include "store/psk_policy.hpp"

namespace causeway::store {

namespace {

api::CredentialFacts keyPairFacts(const CredentialRow& row)
{
    api::CredentialFacts facts;
    facts.fingerprint = base::toHex(markOf(row));
    facts.publicKey = row.identity;
    facts.residence = row.residence;
    if (const auto certificate = key_pair::describe(row.certificates)) {
        facts.subject = certificate->subject;
        facts.expiresAt = certificate->expiresAt;
    }
    return facts;
}

} // namespace

tl::unexpected<base::Error> Vault::notFound(const api::CredentialId& id)
{
    return base::fail(base::ErrorKind::NotFound,
                      fmt::format("{} has no credential for {}", id.device, id.server));
}

api::CredentialFacts Vault::factsOf(const CredentialRow& row)
{
    if (row.kind == keyPairKind)
        return keyPairFacts(row);
    const auto text = base::asText(row.identity);
    return {base::isValidUtf8(text) ? std::string(text) : base::toHex(row.identity),
            base::toHex(markOf(row)),
            row.isExportable,
            {},
            {},
            {},
            row.residence};
}

Vault::Vault(Database& database)
    : database_(database)
    , keySlots_(database)
    , credentials_(database)
    , resumptions_(database)
    , fieldKeys_(database)
    , devices_(database)
    , servers_(database)
    , ages_(database)
    , bootstraps_(database)
    , rules_(database)
{}

tl::unexpected<base::Error> Vault::locked()
{
    return base::fail(base::ErrorKind::Locked, "the key store is locked", base::Retry::Later);
}

RecordFacts Vault::recordFacts(const api::CredentialId& id, const CredentialRow& row)
{
    return {id.device,
            id.server,
            row.version,
            row.identity,
            row.isExportable,
            row.kind,
            row.certificates,
            api::toString(row.residence)};
}

base::Expected<std::optional<KeySlot>> Vault::keySlot(std::string_view kind)
{
    auto slot = keySlots_.find(kind);
    if (!slot && keySlots_.activeKey() != 0)
        return base::fail(base::ErrorKind::Corrupt, "the database has lost its sealed key");
    return slot;
}

base::Expected<void>
Vault::install(const std::optional<KeySlot>& slot, std::string_view kind, OpenedKey key)
{
    if (envelope_)
        return base::fail(base::ErrorKind::Cancelled, "the recovery key was faster");
    if (keySlots_.activeKey() != (slot ? slot->kekId : 0))
        return base::fail(base::ErrorKind::Cancelled,
                          "the key was replaced while it was being opened");
    Transaction transaction(database_);
    const auto kekId = slot ? slot->kekId : keySlots_.add(kind, *key.newBlob);
    Envelope envelope(kekId, std::move(key.kek));
    // Once the TPM counts, a database without an age is taken for an older copy.
    if (!slot && key.counter)
        keepAge(envelope, static_cast<std::int64_t>(*key.counter));
    transaction.commit();
    envelope_ = std::move(envelope);
    auto checked = checkAge(key.counter);
    if (!checked)
        envelope_.reset();
    return checked;
}

base::Expected<api::Credential> Vault::fetch(const api::CredentialId& id)
{
    if (!envelope_)
        return locked();
    const auto row = credentials_.find(id);
    if (!row)
        return notFound(id);
    auto key = unwrap(id, *row);
    if (!key)
        return base::fail(key.error());
    if (row->residence == api::KeyResidence::Tpm)
        *key = base::Secret(); // who signs for the handshake has it
    if (row->kind == keyPairKind)
        return api::KeyPair{row->identity,
                            std::move(*key),
                            key_pair::split(row->certificates),
                            markOf(*row),
                            row->residence};
    return api::PskCredential{row->identity, std::move(*key), markOf(*row)};
}

base::Expected<api::CredentialFacts> Vault::store(const api::CredentialId& id,
                                                  const api::Credential& credential)
{
    if (const auto* const psk = std::get_if<api::PskCredential>(&credential))
        return keep(id, *psk, false);
    const auto keys = key_pair::read(std::get<api::KeyPair>(credential).privateKey.view());
    if (!keys)
        return base::fail(keys.error());
    return keepKeyPair(id, {keyPairKind, keys->publicKey, {}, keys->privateKey});
}

base::Expected<api::CredentialFacts> Vault::generate(const api::CredentialId& id,
                                                     base::Bytes identity)
{
    auto key = aead::randomSecret(generatedKeySize);
    if (!key)
        return base::fail(key.error());
    return keep(id, {std::move(identity), std::move(*key)}, true);
}

base::Expected<api::PskCredential> Vault::exportOnce(const api::CredentialId& id)
{
    if (!envelope_)
        return locked();
    Transaction transaction(database_);
    const auto row = credentials_.find(id);
    if (!row)
        return notFound(id);
    if (!row->isExportable)
        return base::fail(base::ErrorKind::Refused,
                          fmt::format("the key of {} for {} came from outside or was exported "
                                      "already; generate a new one to export it",
                                      id.device,
                                      id.server));
    auto credential = takeOut(id, *row);
    if (!credential)
        return credential;
    commit(transaction);
    return credential;
}

base::Expected<api::CredentialFacts> Vault::describe(const api::CredentialId& id)
{
    const auto row = credentials_.find(id);
    if (!row)
        return notFound(id);
    return factsOf(*row);
}

base::Expected<void> Vault::remove(const api::CredentialId& id)
{
    Transaction transaction(database_);
    if (!credentials_.remove(id))
        return notFound(id);
    commit(transaction);
    return {};
}

base::Expected<void> Vault::removeDevice(const std::string& name)
{
    Transaction transaction(database_);
    devices_.remove(name);
    commit(transaction);
    return {};
}

base::Expected<void> Vault::putServer(const api::ServerSettings& server)
{
    Transaction transaction(database_);
    servers_.put(server);
    if (auto checked = rules_.checkServer(server.name); !checked)
        return checked;
    commit(transaction);
    return {};
}

base::Expected<void> Vault::removeServer(const std::string& name)
{
    Transaction transaction(database_);
    auto removed = servers_.remove(name);
    if (removed)
        commit(transaction);
    return removed;
}

base::Expected<std::string> Vault::checkOwner(const api::CredentialId& id)
{
    auto endpointName = devices_.endpointName(id.device);
    if (!endpointName)
        return base::fail(base::ErrorKind::NotFound,
                          fmt::format("there is no device {}", id.device));
    if (!servers_.has(id.server))
        return base::fail(base::ErrorKind::NotFound,
                          fmt::format("there is no server {}", id.server));
    return *std::move(endpointName);
}

base::Expected<api::CredentialFacts>
Vault::keep(const api::CredentialId& id, const api::PskCredential& credential, bool isExportable)
{
    if (!envelope_)
        return locked();
    Transaction transaction(database_);
    const auto row = admit(id, credential, isExportable);
    if (!row)
        return base::fail(row.error());
    commit(transaction);
    return factsOf(*row);
}

/// The one door for every key, wherever it comes from.
base::Expected<CredentialRow>
Vault::admit(const api::CredentialId& id, const api::PskCredential& credential, bool isExportable)
{
    const auto endpointName = checkOwner(id);
    if (!endpointName)
        return base::fail(endpointName.error());
    const std::array<std::string_view, 3> names{id.device, *endpointName, id.server};
    if (const auto fit = checkPsk(credential, names); !fit)
        return base::fail(fit.error());
    return put(id, {pskKind, credential.identity, {}, credential.key, isExportable});
}

base::Expected<api::PskCredential> Vault::takeOut(const api::CredentialId& id,
                                                  const CredentialRow& row)
{
    auto key = unwrap(id, row);
    if (!key)
        return base::fail(key.error());
    // Wrapped anew, because the flag is authenticated with the key.
    if (const auto kept = put(id, {pskKind, row.identity, {}, *key, false}); !kept)
        return base::fail(kept.error());
    return api::PskCredential{row.identity, std::move(*key), markOf(row)};
}

base::Expected<base::Secret> Vault::unwrap(const api::CredentialId& id, const CredentialRow& row)
{
    if (row.kekId != envelope_->kekId())
        return base::fail(base::ErrorKind::Corrupt,
                          fmt::format("the credential of {} for {} belongs to another key",
                                      id.device,
                                      id.server));
    auto key = envelope_->unwrap(recordFacts(id, row), row.wrappedKey);
    if (!key)
        return base::fail(
            key.error().in(fmt::format("the credential of {} for {}", id.device, id.server)));
    return key;
}

/// A private key can be written in more than one way: its public half is what tells it.
base::Expected<base::Bytes> Vault::fingerprintOf(const Envelope& envelope, const Material& material)
{
    return material.kind == keyPairKind ? envelope.fingerprint(base::Secret(material.identity))
                                        : envelope.fingerprint(material.key);
}

base::Expected<CredentialRow> Vault::put(const api::CredentialId& id, const Material& material)
{
    auto fingerprint = fingerprintOf(*envelope_, material);
    if (!fingerprint)
        return base::fail(fingerprint.error());
    const auto before = credentials_.find(id);
    CredentialRow row{before ? before->version + 1 : 1,
                      envelope_->kekId(),
                      material.identity,
                      {},
                      std::move(*fingerprint),
                      material.isExportable,
                      material.kind,
                      material.certificates,
                      material.residence};
    if (const auto checked = rules_.checkCredential(id, row); !checked)
        return base::fail(checked.error());
    auto wrapped = envelope_->wrap(recordFacts(id, row), material.key);
    if (!wrapped)
        return base::fail(wrapped.error());
    row.wrappedKey = std::move(*wrapped);
    credentials_.put(id, row);
    return row;
}

base::Expected<void> Vault::cutLog()
{
    try {
        if (database_.ask("PRAGMA wal_checkpoint(TRUNCATE)") == "0")
            return {};
        return base::fail(
            base::ErrorKind::StorageFailed, "somebody reads the log", base::Retry::Later);
    } catch (const SqliteError& error) {
        return base::fail(error.error());
    }
}

} // namespace causeway::store
