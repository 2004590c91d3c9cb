// SPDX-License-Identifier: Apache-2.0
#include "store/vault.hpp"

#include <array>

#include <fmt/format.h>

#include "store/aead.hpp"
#include "store/psk_policy.hpp"

namespace causeway::store {

namespace {

tl::unexpected<base::Error> notFound(const api::CredentialId& id)
{
    return base::fail(base::ErrorKind::NotFound,
                      fmt::format("{} has no credential for {}", id.device, id.server));
}

api::CredentialFacts factsOf(const CredentialRow& row)
{
    const auto text = base::asText(row.identity);
    return {base::isValidUtf8(text) ? std::string(text) : base::toHex(row.identity),
            base::toHex(markOf(row)),
            row.isExportable};
}

} // namespace

Vault::Vault(Database& database)
    : database_(database)
    , keySlots_(database)
    , credentials_(database)
    , resumptions_(database)
    , devices_(database)
    , servers_(database)
    , ages_(database)
{}

tl::unexpected<base::Error> Vault::locked()
{
    return base::fail(base::ErrorKind::Locked, "the key store is locked", base::Retry::Later);
}

RecordFacts Vault::recordFacts(const api::CredentialId& id, const CredentialRow& row)
{
    return {id.device, id.server, row.version, row.identity, row.isExportable};
}

std::optional<KeySlot> Vault::keySlot(std::string_view kind)
{
    return keySlots_.find(kind);
}

base::Expected<void>
Vault::install(const std::optional<KeySlot>& slot, std::string_view kind, OpenedKey key)
{
    if (keySlots_.activeKey() != (slot ? slot->kekId : 0))
        return base::fail(base::ErrorKind::Cancelled,
                          "the key was replaced while it was being opened");
    Transaction transaction(database_);
    const auto kekId = slot ? slot->kekId : keySlots_.add(kind, *key.newBlob);
    transaction.commit();
    envelope_.emplace(kekId, std::move(key.kek));
    auto checked = checkAge(key.counter);
    if (!checked)
        envelope_.reset();
    return checked;
}

base::Expected<api::PskCredential> Vault::fetch(const api::CredentialId& id)
{
    if (!envelope_)
        return locked();
    const auto row = credentials_.find(id);
    if (!row)
        return notFound(id);
    return unwrap(id, *row);
}

base::Expected<api::CredentialFacts> Vault::store(const api::CredentialId& id,
                                                  api::PskCredential credential)
{
    return keep(id, credential, false);
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

base::Expected<void> Vault::removeServer(const std::string& name)
{
    Transaction transaction(database_);
    auto removed = servers_.remove(name);
    if (removed)
        commit(transaction);
    return removed;
}

base::Expected<void> Vault::checkOwner(const api::CredentialId& id,
                                       const api::PskCredential& credential)
{
    const auto endpointName = devices_.endpointName(id.device);
    if (!endpointName)
        return base::fail(base::ErrorKind::NotFound,
                          fmt::format("there is no device {}", id.device));
    if (!servers_.has(id.server))
        return base::fail(base::ErrorKind::NotFound,
                          fmt::format("there is no server {}", id.server));
    const std::array<std::string_view, 3> names{id.device, *endpointName, id.server};
    return checkPsk(credential, names);
}

base::Expected<void>
Vault::checkUnique(const api::CredentialId& id, base::ByteView identity, base::ByteView fingerprint)
{
    if (const auto other = credentials_.otherWithKey(id, fingerprint))
        return base::fail(base::ErrorKind::InvalidArgument,
                          fmt::format("{} uses this key for {} already; each account needs its own",
                                      other->device,
                                      other->server));
    if (const auto other = credentials_.otherWithIdentity(id, identity))
        return base::fail(base::ErrorKind::InvalidArgument,
                          fmt::format("{} has this PSK identity at {} already; each device needs "
                                      "its own",
                                      other->device,
                                      other->server));
    return {};
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
    if (const auto owner = checkOwner(id, credential); !owner)
        return base::fail(owner.error());
    return put(id, credential, isExportable);
}

base::Expected<api::PskCredential> Vault::takeOut(const api::CredentialId& id,
                                                  const CredentialRow& row)
{
    auto credential = unwrap(id, row);
    if (!credential)
        return credential;
    // Wrapped anew, because the flag is authenticated with the key.
    if (const auto kept = put(id, *credential, false); !kept)
        return base::fail(kept.error());
    return credential;
}

base::Expected<api::PskCredential> Vault::unwrap(const api::CredentialId& id,
                                                 const CredentialRow& row)
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
    return api::PskCredential{row.identity, std::move(*key), markOf(row)};
}

base::Expected<CredentialRow>
Vault::put(const api::CredentialId& id, const api::PskCredential& credential, bool isExportable)
{
    auto fingerprint = envelope_->fingerprint(credential.key);
    if (!fingerprint)
        return base::fail(fingerprint.error());
    if (const auto unique = checkUnique(id, credential.identity, *fingerprint); !unique)
        return base::fail(unique.error());
    const auto before = credentials_.find(id);
    CredentialRow row{before ? before->version + 1 : 1,
                      envelope_->kekId(),
                      credential.identity,
                      {},
                      std::move(*fingerprint),
                      isExportable};
    auto wrapped = envelope_->wrap(recordFacts(id, row), credential.key);
    if (!wrapped)
        return base::fail(wrapped.error());
    row.wrappedKey = std::move(*wrapped);
    credentials_.put(id, row);
    return row;
}

/// The write-ahead log keeps the old row until it is cut, whatever secure_delete says. That it
/// cannot be cut now is no failure of a change that is on disk: the next one tries again.
void Vault::forgetOldPages()
{
    try {
        database_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (const SqliteError&) {
        return;
    }
}

} // namespace causeway::store
