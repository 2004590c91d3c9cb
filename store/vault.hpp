// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>

#include "agent/api/credential_store.hpp"
#include "agent/base/expected.hpp"
#include "store/credential_table.hpp"
#include "store/device_table.hpp"
#include "store/envelope.hpp"
#include "store/key_slot.hpp"
#include "store/resumption_table.hpp"
#include "store/server_table.hpp"

namespace causeway::store {

/// What accounts want to keep for their next session.
struct ResumptionChange
{
    api::CredentialMark credential{};
    base::Secret state; ///< empty: forget
};

using ResumptionChanges = std::map<api::CredentialId, ResumptionChange>;

/// api::CredentialStore's and api::ResumptionStore's work, done at once on the worker: each change
/// is one transaction. Locked until a key was installed. Throws SqliteError.
class Vault
{
public:
    explicit Vault(Database& database);

    [[nodiscard]] std::optional<KeySlot> keySlot(std::string_view kind);
    /// What openKey() gave for this slot; a key just made is kept before it is used.
    void install(const std::optional<KeySlot>& slot, std::string_view kind, OpenedKey key);

    [[nodiscard]] base::Expected<api::PskCredential> fetch(const api::CredentialId& id);
    base::Expected<api::CredentialFacts> store(const api::CredentialId& id,
                                               api::PskCredential credential);
    base::Expected<api::CredentialFacts> generate(const api::CredentialId& id,
                                                  base::Bytes identity);
    base::Expected<api::PskCredential> exportOnce(const api::CredentialId& id);
    [[nodiscard]] base::Expected<api::CredentialFacts> describe(const api::CredentialId& id);
    base::Expected<void> remove(const api::CredentialId& id);

    /// Empty when there is none that opens with the account's present credential.
    [[nodiscard]] base::Expected<base::Secret> findResumption(const api::CredentialId& id);
    /// All in one transaction; those whose credential has changed meanwhile are left out.
    base::Expected<void> keepResumptions(const ResumptionChanges& changes);

private:
    [[nodiscard]] base::Expected<void> checkOwner(const api::CredentialId& id,
                                                  const api::PskCredential& credential);
    [[nodiscard]] base::Expected<void>
    checkUnique(const api::CredentialId& id, base::ByteView identity, base::ByteView fingerprint);
    base::Expected<api::CredentialFacts>
    keep(const api::CredentialId& id, const api::PskCredential& credential, bool isExportable);
    [[nodiscard]] base::Expected<api::PskCredential> unwrap(const api::CredentialId& id,
                                                            const CredentialRow& row);
    base::Expected<CredentialRow>
    put(const api::CredentialId& id, const api::PskCredential& credential, bool isExportable);
    void forgetOldPages();
    base::Expected<void> keepResumption(const api::CredentialId& id,
                                        const ResumptionChange& change);

    Database& database_;
    KeySlotTable keySlots_;
    CredentialTable credentials_;
    ResumptionTable resumptions_;
    DeviceTable devices_;
    ServerTable servers_;
    std::optional<Envelope> envelope_;
};

} // namespace causeway::store
