// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "agent/api/bootstrap_store.hpp"
#include "agent/api/credential_lists.hpp"
#include "agent/api/key_store_control.hpp"
#include "agent/api/renewal_store.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/unique_function.hpp"
#include "store/account_rules.hpp"
#include "store/age_table.hpp"
#include "store/bootstrap_table.hpp"
#include "store/credential_table.hpp"
#include "store/device_table.hpp"
#include "store/envelope.hpp"
#include "store/field_key_table.hpp"
#include "store/key_slot.hpp"
#include "store/resumption_table.hpp"
#include "store/server_table.hpp"
#include "store/vault_orders.hpp"

namespace causeway::store {

/// The work of all of SealedStore's interfaces that has to do with secrets, done at once on the
/// worker, each change as one transaction. Its parts are vault_*.cpp. Locked until a key was
/// installed. Throws SqliteError.
class Vault
{
public:
    explicit Vault(Database& database);

    /// None when there is no key yet; Corrupt when there is one and nothing to open it with.
    [[nodiscard]] base::Expected<std::optional<KeySlot>> keySlot(std::string_view kind);
    /// What openKey() gave for this slot; a key just made is kept before it is used. Cancelled when
    /// the slot's key has been replaced or destroyed meanwhile, or the recovery key was faster;
    /// Refused when the database is older than the sealer's counter.
    base::Expected<void>
    install(const std::optional<KeySlot>& slot, std::string_view kind, OpenedKey key);

    [[nodiscard]] base::Expected<api::Credential> fetch(const api::CredentialId& id);
    base::Expected<api::CredentialFacts> store(const api::CredentialId& id,
                                               const api::Credential& credential);
    base::Expected<api::CredentialFacts> generate(const api::CredentialId& id,
                                                  base::Bytes identity);
    base::Expected<api::CredentialFacts> generateKeyPair(const api::CredentialId& id);
    /// Fails as keepResident() would.
    [[nodiscard]] base::Expected<void> checkResident(const api::CredentialId& id);
    base::Expected<api::CredentialFacts> keepResident(const api::CredentialId& id,
                                                      const ResidentKey& key);
    /// What its maker needs to sign; Cancelled when it is not the one of that mark.
    [[nodiscard]] base::Expected<base::Secret> residentKey(const api::CredentialId& id,
                                                           const api::CredentialMark& mark);
    [[nodiscard]] base::Expected<RequestOrder> requestCertificate(const api::CredentialId& id,
                                                                  CertificateCause cause);
    base::Expected<api::CredentialFacts> setCertificate(const api::CredentialId& id,
                                                        base::ByteView certificates,
                                                        CertificateCause cause);
    [[nodiscard]] base::Expected<std::vector<api::RenewalTerm>> listTerms();
    base::Expected<api::PskCredential> exportOnce(const api::CredentialId& id);
    [[nodiscard]] base::Expected<api::CredentialFacts> describe(const api::CredentialId& id);
    base::Expected<void> remove(const api::CredentialId& id);

    /// With all its credentials and what its sessions resume from.
    base::Expected<void> removeDevice(const std::string& name);
    /// Counts as a change of a key: an older copy would have devices trust who was trusted then.
    base::Expected<void> putServer(const api::ServerSettings& server);
    base::Expected<void> removeServer(const std::string& name);

    base::Expected<std::uint32_t> storeAll(const std::vector<api::CredentialEntry>& entries);
    base::Expected<std::vector<api::CredentialId>>
    generateMissing(std::vector<api::CredentialEntry> wanted);
    base::Expected<std::vector<api::CredentialEntry>> exportAll(const std::string& server);
    /// What was bootstrapped goes when the servers are others than before.
    base::Expected<void> putDevice(const api::DeviceSettings& device);
    base::Expected<void> keepBootstrap(const std::string& device, api::BootstrapResult result);

    /// Empty when there is none that opens with the account's present credential.
    [[nodiscard]] base::Expected<base::Secret> findResumption(const api::CredentialId& id);
    /// All in one transaction; those whose credential has changed meanwhile are left out.
    base::Expected<void> keepResumptions(const ResumptionChanges& changes);
    /// Empty when the device has none.
    [[nodiscard]] base::Expected<base::Secret> fetchFieldKey(const std::string& device);
    /// An empty key removes it.
    base::Expected<void> keepFieldKey(const std::string& device, const base::Secret& key);

    [[nodiscard]] base::Expected<api::KeyStoreFacts> describeKey();
    /// That the slot of this kind asks for; only a TPM's does.
    [[nodiscard]] base::Expected<api::PlatformRegisters> registers(std::string_view kind);
    /// The open key, for another slot.
    [[nodiscard]] base::Expected<SealOrder> orderSeal(const api::PlatformRegisters& registers);
    /// Adds or replaces a slot of that key; Cancelled when it is not the open one any more. After
    /// recover() the database is the one to go on with from now on.
    base::Expected<void> putSlot(std::int64_t kekId, const NewSlot& slot);
    /// The recovery key's text.
    base::Expected<base::Secret> makeRecoveryKey();
    /// Opens by the recovery key's text, and says how this kind of sealer is to seal the key then.
    base::Expected<SealOrder> recover(const base::Secret& text, std::string_view kind);
    /// Wraps everything by `next` and gives a recovery key's text.
    base::Expected<base::Secret> rotate(std::string_view kind, OpenedKey next);
    /// What the database says of its age, proven or not.
    [[nodiscard]] std::optional<std::int64_t> claimedAge();
    /// `counter`: the sealer's, when it has already gone on.
    base::Expected<void> erase(const std::optional<std::uint64_t>& counter);
    /// Leaves nothing of former rows behind: the write-ahead log keeps them, whatever secure_delete
    /// says.
    base::Expected<void> cutLog();

    /// How far the sealer's counter must be advanced, because the database is ahead of it, or has
    /// begun to count.
    [[nodiscard]] std::optional<std::uint64_t> nextCounter();
    base::Expected<void> onCounterAdvanced(std::uint64_t counter);

    /// Called, on the worker, after a commit that asks for the sealer's counter to be advanced.
    /// Without a listener the sealer has none, and no age is kept.
    void onAged(base::UniqueFunction<void()> listener) { aged_ = std::move(listener); }

private:
    static constexpr std::size_t generatedKeySize = 32;

    [[nodiscard]] static tl::unexpected<base::Error> locked();
    [[nodiscard]] static tl::unexpected<base::Error> notFound(const api::CredentialId& id);
    [[nodiscard]] static api::CredentialFacts factsOf(const CredentialRow& row);
    [[nodiscard]] static RecordFacts recordFacts(const api::CredentialId& id,
                                                 const CredentialRow& row);

    /// The device's endpoint name.
    [[nodiscard]] base::Expected<std::string> checkOwner(const api::CredentialId& id);
    base::Expected<api::CredentialFacts>
    keep(const api::CredentialId& id, const api::PskCredential& credential, bool isExportable);
    [[nodiscard]] base::Expected<base::Secret> unwrap(const api::CredentialId& id,
                                                      const CredentialRow& row);
    [[nodiscard]] base::Expected<CredentialRow> findKeyPair(const api::CredentialId& id);
    base::Expected<api::CredentialFacts> keepKeyPair(const api::CredentialId& id,
                                                     const Material& material);
    /// What tells that two accounts would share a key.
    [[nodiscard]] static base::Expected<base::Bytes> fingerprintOf(const Envelope& envelope,
                                                                   const Material& material);
    /// Checked, wrapped and written; the caller has the transaction.
    base::Expected<CredentialRow>
    admit(const api::CredentialId& id, const api::PskCredential& credential, bool isExportable);
    base::Expected<api::PskCredential> takeOut(const api::CredentialId& id,
                                               const CredentialRow& row);
    base::Expected<CredentialRow> put(const api::CredentialId& id, const Material& material);
    base::Expected<void> wrapAllBy(const Envelope& next);
    [[nodiscard]] base::Expected<void> wrapFieldKeysBy(const Envelope& next);
    base::Expected<CredentialRow>
    wrapBy(const Envelope& next, const api::CredentialId& id, CredentialRow row);
    [[nodiscard]] bool hasRecoverySlot();
    [[nodiscard]] base::Expected<void> checkAge(const std::optional<std::uint64_t>& counter);
    void beginToCount(const Envelope& envelope);
    void grow(const Envelope& envelope);
    void goOnFrom(const Envelope& envelope, const std::optional<std::uint64_t>& counter);
    void keepAge(const Envelope& envelope, std::int64_t counter);
    /// Commits with a greater age, and leaves nothing of the old rows behind.
    void commit(Transaction& transaction);
    void tellAged();
    /// The counter is there and has followed.
    [[nodiscard]] bool detectsOlderCopies();
    /// Empty when there is none, or none that opens.
    [[nodiscard]] base::Secret resumptionOf(const api::CredentialId& id,
                                            const CredentialRow& credential);
    base::Expected<CredentialRow> admitKeyPair(const api::CredentialId& id,
                                               const api::KeyPair& keyPair);
    /// What it is wrapped for changes with the account.
    base::Expected<void> moveCredential(const api::CredentialId& from, const api::CredentialId& to);
    /// Accounts that a Bootstrap-Server made of an operator's give their credentials back.
    base::Expected<void> giveBack(const std::string& device);
    base::Expected<void> goBackToFactory(const std::string& device);
    [[nodiscard]] bool wasNoSec(const std::string& device, const std::string& account);
    void removeOutdatedKeys(const std::string& device, const api::BootstrapResult& result);
    base::Expected<void> takeOrigin(const std::string& device, api::DeliveredAccount& delivered);
    base::Expected<void> putDelivered(const std::string& device,
                                      const api::DeliveredAccount& delivered);
    base::Expected<void> keepResumption(const api::CredentialId& id,
                                        const ResumptionChange& change);
    base::Expected<void> wrapBy(const Envelope& envelope,
                                const api::CredentialId& id,
                                const CredentialRow& credential,
                                const base::Secret& state);

    Database& database_;
    KeySlotTable keySlots_;
    CredentialTable credentials_;
    ResumptionTable resumptions_;
    FieldKeyTable fieldKeys_;
    DeviceTable devices_;
    ServerTable servers_;
    AgeTable ages_;
    BootstrapTable bootstraps_;
    AccountRules rules_;
    std::optional<Envelope> envelope_;
    std::uint64_t counter_ = 0; ///< the sealer's, as far as it is known
    bool isRecovered_ = false;  ///< opened by the recovery key, and not sealed again yet
    base::UniqueFunction<void()> aged_;
};

} // namespace causeway::store
