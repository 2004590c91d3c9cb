// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/bootstrap_store.hpp"
#include "agent/api/credential_lists.hpp"
#include "agent/api/credential_store.hpp"
#include "agent/api/field_key_store.hpp"
#include "agent/api/inventory.hpp"
#include "agent/api/key_store_control.hpp"
#include "agent/api/renewal_store.hpp"
#include "agent/api/resumption_store.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/worker.hpp"
#include "store/sealer.hpp"
#include "store/store_settings.hpp"

namespace causeway::store {

struct KeySlot;
struct OpenedKey;
struct SealOrder;
struct RequestOrder;
struct SigningOrder;
enum class CertificateCause : std::uint8_t;
struct ResumptionChange;

/// Everything the gateway keeps: settings in clear, keys wrapped by a key that the TPM seals.
/// Lives on the main thread; SQLite and the TPM each have a worker, so neither a slow disk nor
/// a TPM that hangs stops the loop. Callbacks come by `main` and do nothing after the store
/// has gone. A credential belongs to a device and a server that the inventory has (NotFound).
class SealedStore final : public api::CredentialStore,
                          public api::CredentialListStore,
                          public api::RenewalStore,
                          public api::BootstrapStore,
                          public api::ResumptionStore,
                          public api::FieldKeyStore,
                          public api::KeyStore,
                          public api::KeyStoreControl,
                          public api::Inventory
{
public:
    /// Throws std::runtime_error, with what was found, where, and what to do, when the database
    /// cannot be used: newer, not ours, damaged, not writable, open elsewhere. It is left as it
    /// was. A TPM that does not answer is no reason to throw: the store is locked then.
    SealedStore(base::Scheduler& main, const StoreSettings& settings);
    /// With another sealer than the settings name.
    SealedStore(base::Scheduler& main,
                const StoreSettings& settings,
                std::unique_ptr<Sealer> sealer);
    ~SealedStore() override;
    SealedStore(const SealedStore&) = delete;
    SealedStore& operator=(const SealedStore&) = delete;

    // api::CredentialStore; describe() and remove() work while locked, too.
    void fetch(const api::CredentialId& id, CredentialStore::FetchDone done) override;
    void store(const api::CredentialId& id, api::Credential credential, StoreDone done) override;
    void generate(const api::CredentialId& id, base::Bytes identity, StoreDone done) override;
    void generateKeyPair(const api::CredentialId& id,
                         api::KeyResidence residence,
                         StoreDone done) override;
    void sign(api::SignatureOrder order, BytesDone done) override;
    void requestCertificate(const api::CredentialId& id, BytesDone done) override;
    void
    setCertificate(const api::CredentialId& id, base::Bytes certificates, StoreDone done) override;
    void listCertificates(ListDone done) override;
    void exportOnce(const api::CredentialId& id, ExportDone done) override;
    void describe(const api::CredentialId& id, StoreDone done) override;
    void remove(const api::CredentialId& id, CredentialStore::Done done) override;

    // api::RenewalStore
    void listTerms(TermsDone done) override;
    void requestRenewal(const api::CredentialId& id, RequestDone done) override;
    void renewCertificate(const api::CredentialId& id,
                          base::Bytes certificates,
                          RenewalDone done) override;

    // api::CredentialListStore
    void storeAll(std::vector<api::CredentialEntry> entries, CountDone done) override;
    void generateMissing(std::vector<api::CredentialEntry> wanted, IdsDone done) override;
    void exportAll(const std::string& server, EntriesDone done) override;
    // api::BootstrapStore
    void keepBootstrap(const std::string& device,
                       api::BootstrapResult result,
                       BootstrapStore::Done done) override;

    // api::ResumptionStore; what is kept goes to disk within resumptionDelay.
    void findResumption(const api::CredentialId& id, FindDone done) override;
    void keepResumption(const api::CredentialId& id,
                        const api::CredentialMark& mark,
                        base::Secret state) override;

    // api::FieldKeyStore; removing works while locked, too.
    void fetchFieldKey(const std::string& device, FieldKeyStore::FetchDone done) override;
    void
    keepFieldKey(const std::string& device, base::Secret key, FieldKeyStore::Done done) override;

    // api::KeyStore; locked until the first attempt, which the main loop's first round begins.
    [[nodiscard]] api::KeyStoreStatus keyStoreStatus() const override { return status_; }

    void onKeyStoreChanged(std::function<void(const api::KeyStoreStatus&)> listener) override;

    // api::KeyStoreControl; describeKey(), recover() and erase() work while locked.
    void describeKey(FactsDone done) override;
    void makeRecoveryKey(SecretDone done) override;
    void recover(base::Secret text, KeyStoreControl::Done done) override;
    void seal(api::PlatformRegisters registers, KeyStoreControl::Done done) override;
    void rotate(SecretDone done) override;
    void erase(KeyStoreControl::Done done) override;

    // api::Inventory; works while locked.
    void load(LoadDone done) override;
    void putLine(const api::LineSettings& line, Inventory::Done done) override;
    void putServer(const api::ServerSettings& server, Inventory::Done done) override;
    void putDevice(const api::DeviceSettings& device, Inventory::Done done) override;
    void removeLine(const std::string& name, Inventory::Done done) override;
    void removeServer(const std::string& name, Inventory::Done done) override;
    void removeDevice(const std::string& name, Inventory::Done done) override;
    void keepClientState(const std::string& device,
                         const api::ClientState& changes,
                         Inventory::Done done) override;

private:
    struct Shelf;

    static std::unique_ptr<Shelf> openShelf(const StoreSettings& settings);

    template <typename T, typename Callback, typename Work>
    void run(Callback done, Work work);
    template <typename T, typename Callback, typename Work>
    void runSecret(Callback done, Work work);
    template <typename T, typename Callback, typename Work>
    void askSealer(Callback done, Work work);

    [[nodiscard]] bool isOpen() const { return status_.state != api::KeyStoreState::Locked; }

    void tryToOpen();
    void unsealSlot(std::optional<KeySlot> slot);
    void installKey(std::optional<KeySlot> slot, OpenedKey key);
    void onNotInstalled(const base::Error& error);
    void onFault(const SealerFault& fault);
    void onOpened();
    void onPatienceLost();
    void onSealed(base::Expected<void> sealed, KeyStoreControl::Done done);
    void sealOpenKey(SealOrder order, KeyStoreControl::Done done);
    void makeNext(const api::PlatformRegisters& registers, SecretDone done);
    void installNext(OpenedKey next, SecretDone done);
    void settleOpen();
    void followAge();
    void advanceCounter(std::uint64_t target);
    void onCounterFault(const SealerFault& fault);
    void destroy(tl::expected<std::optional<std::uint64_t>, SealerFault> counter,
                 KeyStoreControl::Done done);
    void settle(api::KeyStoreStatus status);
    void flushResumptions();
    void orderRequest(const api::CredentialId& id, CertificateCause cause, BytesDone done);
    void finishRequest(RequestOrder order, BytesDone done);
    void keepResident(const api::CredentialId& id, Sealed<ResidentKey> key, StoreDone done);
    void signNext();
    void onSigned(Sealed<base::Bytes> signature);

    base::Scheduler& main_;
    std::chrono::seconds retryPeriod_;
    std::chrono::milliseconds patienceLength_;
    api::KeyStoreStatus status_;
    std::vector<std::function<void(const api::KeyStoreStatus&)>> listeners_;
    /// Before the first attempt to open has ended, whoever wants a secret waits for it.
    bool isDecided_ = false;
    std::vector<base::Task> waiting_;
    std::map<api::CredentialId, ResumptionChange> resumptions_; ///< not yet given to the worker
    base::Timer resumptionFlush_;
    std::deque<SigningOrder> signing_; ///< the first is under way
    bool isFollowing_ = false;         ///< followAge() is under way
    std::string countingFault_;        ///< why the counter could not follow, as logged
    base::Timer followRetry_;
    base::Timer retry_;
    base::Timer patience_;
    std::unique_ptr<Shelf> shelf_;   ///< touched by worker_ only, once that runs
    std::unique_ptr<Sealer> sealer_; ///< used by sealerWorker_; here only what is const
    base::Worker worker_;
    base::Worker sealerWorker_; ///< of its own: while a TPM hangs, the inventory works
    base::Lifetime lifetime_;
};

} // namespace causeway::store
