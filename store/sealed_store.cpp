// SPDX-License-Identifier: Apache-2.0
#include "store/sealed_store.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "agent/base/door.hpp"
#include "agent/base/log.hpp"
#include "store/database_file.hpp"
#include "store/sealed_store_work.hpp"
#include "store/software_sealer.hpp"
#include "store/tpm_sealer.hpp"

namespace causeway::store {

namespace {

// A commit waits for the disk: one for all that connect within a moment, and no more of their
// secrets in memory than that.
constexpr std::chrono::milliseconds resumptionDelay{500};
constexpr std::size_t mostResumptions = 256;

std::unique_ptr<Sealer> makeSealer(const StoreSettings& settings)
{
    if (settings.softwareKekFile)
        return std::make_unique<SoftwareSealer>(*settings.softwareKekFile);
    return std::make_unique<TpmSealer>(settings.tcti);
}

std::string_view remedyFor(base::ErrorKind kind)
{
    switch (kind) {
    case base::ErrorKind::Refused:
        return "put the newest copy back; or, to go on with this one, give the recovery key "
               "(causewayctl keystore recover)";
    case base::ErrorKind::StorageFailed:
        return "give the disk space and check its mode";
    case base::ErrorKind::Corrupt:
        return "restore the database from a copy";
    default:
        return "report this as a fault of the program";
    }
}

} // namespace

std::unique_ptr<SealedStore::Shelf> SealedStore::openShelf(const StoreSettings& settings)
{
    try {
        return std::make_unique<Shelf>(settings.directory);
    } catch (const SqliteError& error) {
        throw std::runtime_error(
            fmt::format("{}: the tables are not as they must be: {}; put a good copy in its place",
                        (settings.directory / databaseName).string(),
                        error.what()));
    }
}

SealedStore::SealedStore(base::Scheduler& main, const StoreSettings& settings)
    : SealedStore(main, settings, makeSealer(settings))
{}

SealedStore::SealedStore(base::Scheduler& main,
                         const StoreSettings& settings,
                         std::unique_ptr<Sealer> sealer)
    : main_(main)
    , retryPeriod_(settings.retryPeriod)
    , patienceLength_(settings.patience)
    , status_{api::KeyStoreState::Locked,
              "it has not been opened yet",
              "wait for the first attempt to open it"}
    , resumptionFlush_(main, [this] { flushResumptions(); })
    , followRetry_(main, [this] { followAge(); })
    , retry_(main, [this] { tryToOpen(); })
    , patience_(main, [this] { onPatienceLost(); })
    , shelf_(openShelf(settings))
    , sealer_(std::move(sealer))
    , worker_("store")
    , sealerWorker_("store-sealer")
{
    if (sealer_->counts())
        shelf_->vault.onAged([&main = main_, told = lifetime_.guard([this] {
            followAge();
        })]() mutable { main.post(base::Task(told)); });
    main_.post(lifetime_.guard([this] { tryToOpen(); }));
}

SealedStore::~SealedStore()
{
    flushResumptions();
}

void SealedStore::fetch(const api::CredentialId& id, CredentialStore::FetchDone done)
{
    runSecret<api::Credential>(std::move(done),
                               [id](Shelf& shelf) { return shelf.vault.fetch(id); });
}

void SealedStore::store(const api::CredentialId& id, api::Credential credential, StoreDone done)
{
    runSecret<api::CredentialFacts>(std::move(done),
                                    [id, credential = std::move(credential)](Shelf& shelf) {
                                        return shelf.vault.store(id, credential);
                                    });
}

void SealedStore::generate(const api::CredentialId& id, base::Bytes identity, StoreDone done)
{
    runSecret<api::CredentialFacts>(std::move(done),
                                    [id, identity = std::move(identity)](Shelf& shelf) mutable {
                                        return shelf.vault.generate(id, std::move(identity));
                                    });
}

void SealedStore::setCertificate(const api::CredentialId& id,
                                 base::Bytes certificates,
                                 StoreDone done)
{
    runSecret<api::CredentialFacts>(
        std::move(done), [id, certificates = std::move(certificates)](Shelf& shelf) {
            return shelf.vault.setCertificate(id, certificates, CertificateCause::Operator);
        });
}

void SealedStore::listCertificates(ListDone done)
{
    run<std::vector<api::CertificateTerm>>(std::move(done), [](Shelf& shelf) {
        return shelf.vault.listTerms().map([](const std::vector<api::RenewalTerm>& terms) {
            std::vector<api::CertificateTerm> ends;
            ends.reserve(terms.size());
            for (const auto& term : terms)
                ends.push_back({term.id, term.expiresAt});
            return ends;
        });
    });
}

void SealedStore::listTerms(TermsDone done)
{
    run<std::vector<api::RenewalTerm>>(std::move(done),
                                       [](Shelf& shelf) { return shelf.vault.listTerms(); });
}

void SealedStore::renewCertificate(const api::CredentialId& id,
                                   base::Bytes certificates,
                                   RenewalDone done)
{
    runSecret<api::CredentialFacts>(
        std::move(done), [id, certificates = std::move(certificates)](Shelf& shelf) {
            return shelf.vault.setCertificate(id, certificates, CertificateCause::Renewal);
        });
}

void SealedStore::exportOnce(const api::CredentialId& id, ExportDone done)
{
    runSecret<api::PskCredential>(std::move(done),
                                  [id](Shelf& shelf) { return shelf.vault.exportOnce(id); });
}

void SealedStore::describe(const api::CredentialId& id, StoreDone done)
{
    run<api::CredentialFacts>(std::move(done),
                              [id](Shelf& shelf) { return shelf.vault.describe(id); });
}

void SealedStore::remove(const api::CredentialId& id, CredentialStore::Done done)
{
    run<void>(std::move(done), [id](Shelf& shelf) { return shelf.vault.remove(id); });
}

void SealedStore::keepBootstrap(const std::string& device,
                                api::BootstrapResult result,
                                BootstrapStore::Done done)
{
    runSecret<void>(std::move(done), [device, result = std::move(result)](Shelf& shelf) mutable {
        return shelf.vault.keepBootstrap(device, std::move(result));
    });
}

void SealedStore::findResumption(const api::CredentialId& id, FindDone done)
{
    runSecret<base::Secret>(
        [done = std::move(done)](Expected<base::Secret> state) mutable {
            done(state ? std::move(*state) : base::Secret());
        },
        [id](Shelf& shelf) { return shelf.vault.findResumption(id); });
}

/// Locked only to who has one: most have none, and nobody shall miss what is not there.
void SealedStore::fetchFieldKey(const std::string& device, FieldKeyStore::FetchDone done)
{
    auto task = [this, device, done = std::move(done)]() mutable {
        run<base::Secret>(std::move(done),
                          [device](Shelf& shelf) { return shelf.vault.fetchFieldKey(device); });
    };
    if (isDecided_)
        task();
    else
        waiting_.emplace_back(std::move(task));
}

void SealedStore::keepFieldKey(const std::string& device,
                               base::Secret key,
                               FieldKeyStore::Done done)
{
    const bool isRemoval = key.empty();
    auto work = [device, key = std::move(key)](Shelf& shelf) {
        return shelf.vault.keepFieldKey(device, key);
    };
    if (isRemoval)
        run<void>(std::move(done), std::move(work));
    else
        runSecret<void>(std::move(done), std::move(work));
}

void SealedStore::keepResumption(const api::CredentialId& id,
                                 const api::CredentialMark& mark,
                                 base::Secret state)
{
    resumptions_[id] = {mark, std::move(state)};
    if (resumptions_.size() >= mostResumptions)
        flushResumptions();
    else if (!resumptionFlush_.isRunning())
        resumptionFlush_.start(resumptionDelay);
}

// While the store is locked there is nothing to wrap them with.
void SealedStore::flushResumptions()
{
    resumptionFlush_.stop();
    if (resumptions_.empty())
        return;
    run<void>(
        [](const Expected<void>& kept) {
            if (!kept)
                log::warning("what DTLS sessions resume from was not kept: {ERROR}; after a "
                             "restart they make full handshakes",
                             "ERROR",
                             kept.error().message);
        },
        [changes = std::exchange(resumptions_, {})](Shelf& shelf) {
            return shelf.vault.keepResumptions(changes);
        });
}

void SealedStore::storeAll(std::vector<api::CredentialEntry> entries, CountDone done)
{
    runSecret<std::uint32_t>(std::move(done), [entries = std::move(entries)](Shelf& shelf) {
        return shelf.vault.storeAll(entries);
    });
}

void SealedStore::generateMissing(std::vector<api::CredentialEntry> wanted, IdsDone done)
{
    runSecret<std::vector<api::CredentialId>>(
        std::move(done), [wanted = std::move(wanted)](Shelf& shelf) mutable {
            return shelf.vault.generateMissing(std::move(wanted));
        });
}

void SealedStore::exportAll(const std::string& server, EntriesDone done)
{
    runSecret<std::vector<api::CredentialEntry>>(
        std::move(done), [server](Shelf& shelf) { return shelf.vault.exportAll(server); });
}

void SealedStore::onKeyStoreChanged(std::function<void(const api::KeyStoreStatus&)> listener)
{
    listeners_.push_back(std::move(listener));
}

void SealedStore::load(LoadDone done)
{
    run<api::InventorySnapshot>(std::move(done),
                                [](Shelf& shelf) { return shelf.inventory.load(); });
}

void SealedStore::putLine(const api::LineSettings& line, Inventory::Done done)
{
    run<void>(std::move(done), [line](Shelf& shelf) { return shelf.inventory.putLine(line); });
}

void SealedStore::putServer(const api::ServerSettings& server, Inventory::Done done)
{
    run<void>(std::move(done), [server](Shelf& shelf) { return shelf.vault.putServer(server); });
}

void SealedStore::putDevice(const api::DeviceSettings& device, Inventory::Done done)
{
    run<void>(std::move(done), [device](Shelf& shelf) -> Expected<void> {
        if (auto checked = shelf.inventory.checkDevice(device); !checked)
            return checked;
        return shelf.vault.putDevice(device);
    });
}

void SealedStore::removeLine(const std::string& name, Inventory::Done done)
{
    run<void>(std::move(done), [name](Shelf& shelf) { return shelf.inventory.removeLine(name); });
}

void SealedStore::removeServer(const std::string& name, Inventory::Done done)
{
    run<void>(std::move(done), [name](Shelf& shelf) { return shelf.vault.removeServer(name); });
}

void SealedStore::removeDevice(const std::string& name, Inventory::Done done)
{
    run<void>(std::move(done), [name](Shelf& shelf) { return shelf.vault.removeDevice(name); });
}

void SealedStore::keepClientState(const std::string& device,
                                  const api::ClientState& changes,
                                  Inventory::Done done)
{
    run<void>(std::move(done), [device, changes](Shelf& shelf) {
        return shelf.inventory.keepClientState(device, changes);
    });
}

void SealedStore::tryToOpen()
{
    patience_.start(patienceLength_);
    run<std::optional<KeySlot>>(
        [this](Expected<std::optional<KeySlot>> slot) {
            if (slot)
                unsealSlot(std::move(*slot));
            else
                onFault({slot.error().message, std::string(remedyFor(slot.error().kind))});
        },
        [kind = sealer_->kind()](Shelf& shelf) -> Expected<std::optional<KeySlot>> {
            return shelf.vault.keySlot(kind);
        });
}

void SealedStore::unsealSlot(std::optional<KeySlot> slot)
{
    askSealer<OpenedKey>(
        [this, slot](Sealed<OpenedKey> key) mutable {
            if (key)
                installKey(std::move(slot), std::move(*key));
            else
                onFault(key.error());
        },
        [slot](Sealer& sealer) { return openKey(sealer, slot); });
}

void SealedStore::installKey(std::optional<KeySlot> slot, OpenedKey key)
{
    // The recovery key was faster; the key may even be another by now.
    if (isOpen())
        return;
    run<void>(
        [this](Expected<void> installed) {
            if (installed)
                onOpened();
            else
                onNotInstalled(installed.error());
        },
        [slot = std::move(slot), key = std::move(key), kind = sealer_->kind()](
            Shelf& shelf) mutable { return shelf.vault.install(slot, kind, std::move(key)); });
}

/// Somebody was faster: erase() or recover(), which say themselves what the store is now.
void SealedStore::onNotInstalled(const base::Error& error)
{
    if (error.kind != base::ErrorKind::Cancelled)
        return onFault({error.message, std::string(remedyFor(error.kind))});
    if (!isOpen())
        retry_.start(retryPeriod_);
}

void SealedStore::onFault(const SealerFault& fault)
{
    patience_.stop();
    if (isOpen())
        return;
    if (!isDecided_ || fault.reason != status_.reason)
        log::warning("the key store is locked: {REASON}; {REMEDY}; trying again every {PERIOD} s",
                     "REASON",
                     fault.reason,
                     "REMEDY",
                     fault.remedy,
                     "PERIOD",
                     retryPeriod_.count());
    retry_.start(retryPeriod_);
    settle({api::KeyStoreState::Locked, fault.reason, fault.remedy});
}

void SealedStore::onOpened()
{
    patience_.stop();
    log::notice(
        "the key store is open, its key is {STATE}", "STATE", api::toString(sealer_->openState()));
    settleOpen();
    followAge();
}

/// The attempt goes on: a TCTI may block where no deadline reaches it.
void SealedStore::onPatienceLost()
{
    if (isOpen())
        return;
    const SealerFault fault{"the key's keeper (TPM) accepts calls but does not answer",
                            "look after the TPM; the store opens as soon as it answers"};
    log::warning("the key store is locked: {REASON}; {REMEDY}",
                 "REASON",
                 fault.reason,
                 "REMEDY",
                 fault.remedy);
    settle({api::KeyStoreState::Locked, fault.reason, fault.remedy});
}

void SealedStore::settleOpen()
{
    settle({sealer_->openState(), {}, {}});
}

void SealedStore::settle(api::KeyStoreStatus status)
{
    const bool isNews =
        !isDecided_ || status.state != status_.state || status.reason != status_.reason;
    status_ = std::move(status);
    isDecided_ = true;
    for (auto& task : std::exchange(waiting_, {}))
        base::contain("what waited for the key store", task);
    if (!isNews)
        return;
    for (const auto& listener : listeners_)
        base::contain("a listener of the key store", [&] { listener(status_); });
}

} // namespace causeway::store
