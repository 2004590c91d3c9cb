// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "store/recovery_key.hpp"
#include "store/sealed_blob.hpp"
#include "store/vault.hpp"

// The life of the key-encryption key. Each change is one transaction, so that a power cut leaves
// the key and everything wrapped by it as they were before or as they are after.
namespace causeway::store {

using base::Expected;
using base::Secret;

namespace {

constexpr std::string_view tpmSlotKind = "tpm2";

} // namespace

bool Vault::hasRecoverySlot()
{
    const auto kinds = keySlots_.kinds();
    return std::ranges::find(kinds, recovery::slotKind) != kinds.end();
}

Expected<api::KeyStoreFacts> Vault::describeKey()
{
    return api::KeyStoreFacts{keySlots_.activeKey(),
                              keySlots_.kinds(),
                              registers(tpmSlotKind).value_or(api::PlatformRegisters()),
                              detectsOlderCopies()};
}

Expected<api::PlatformRegisters> Vault::registers(std::string_view kind)
{
    const auto slot = keySlots_.find(kind);
    if (!slot || slot->kind != kind || kind != tpmSlotKind)
        return api::PlatformRegisters();
    return decodeSealedBlob(slot->blob).map([](const SealedBlob& blob) { return blob.registers; });
}

Expected<SealOrder> Vault::orderSeal(const api::PlatformRegisters& registers)
{
    if (!envelope_)
        return locked();
    if (registers.any() && !hasRecoverySlot())
        return base::fail(base::ErrorKind::Refused,
                          "make a recovery key first (causewayctl keystore recovery-key): the next "
                          "firmware update changes the registers");
    return SealOrder{envelope_->kekId(), envelope_->kek(), registers};
}

Expected<void> Vault::putSlot(std::int64_t kekId, const NewSlot& slot)
{
    if (!envelope_)
        return locked();
    // Sealing takes time; a rotation meanwhile must not get the former key's slot.
    if (envelope_->kekId() != kekId)
        return base::fail(base::ErrorKind::Cancelled,
                          "the key was replaced while it was being sealed");
    Transaction transaction(database_);
    keySlots_.put(kekId, slot.kind, slot.blob);
    if (isRecovered_)
        goOnFrom(*envelope_, slot.counter);
    isRecovered_ = false;
    commit(transaction);
    return {};
}

Expected<Secret> Vault::makeRecoveryKey()
{
    if (!envelope_)
        return locked();
    const auto key = recovery::makeKey();
    if (!key)
        return base::fail(key.error());
    const auto blob = recovery::wrap(*key, envelope_->kek());
    if (!blob)
        return base::fail(blob.error());
    Transaction transaction(database_);
    keySlots_.put(envelope_->kekId(), recovery::slotKind, *blob);
    beginToCount(*envelope_);
    commit(transaction);
    return recovery::toText(*key);
}

Expected<SealOrder> Vault::recover(const Secret& text, std::string_view kind)
{
    const auto key = recovery::fromText(text.view());
    if (!key)
        return base::fail(key.error());
    const auto slot = keySlots_.find(recovery::slotKind);
    if (!slot || slot->kind != recovery::slotKind)
        return base::fail(base::ErrorKind::NotFound, "no recovery key was made for this database");
    auto kek = recovery::unwrap(*key, slot->blob);
    if (!kek)
        return base::fail(base::ErrorKind::Refused,
                          "this is not the recovery key of this database: another one was made "
                          "since, or it belongs to another gateway");
    envelope_.emplace(slot->kekId, std::move(*kek));
    isRecovered_ = true;
    return SealOrder{
        envelope_->kekId(), envelope_->kek(), registers(kind).value_or(api::PlatformRegisters())};
}

Expected<Secret> Vault::rotate(std::string_view kind, OpenedKey next)
{
    if (!envelope_)
        return locked();
    const auto recoveryKey = recovery::makeKey();
    if (!recoveryKey)
        return base::fail(recoveryKey.error());
    const auto recoveryBlob = recovery::wrap(*recoveryKey, next.kek);
    if (!recoveryBlob)
        return base::fail(recoveryBlob.error());
    Transaction transaction(database_);
    const auto formerId = envelope_->kekId();
    Envelope envelope(keySlots_.add(kind, *next.newBlob), std::move(next.kek));
    keySlots_.put(envelope.kekId(), recovery::slotKind, *recoveryBlob);
    if (const auto wrapped = wrapAllBy(envelope); !wrapped)
        return base::fail(wrapped.error());
    // The foreign key refuses this while any record, of whatever table, still needs the former.
    keySlots_.remove(formerId);
    if (isRecovered_)
        goOnFrom(envelope, next.counter);
    beginToCount(envelope);
    grow(envelope);
    transaction.commit();
    isRecovered_ = false;
    envelope_ = std::move(envelope);
    tellAged();
    return recovery::toText(*recoveryKey);
}

Expected<void> Vault::wrapAllBy(const Envelope& next)
{
    for (const auto& id : credentials_.all()) {
        const auto row = *credentials_.find(id);
        const auto state = resumptionOf(id, row);
        const auto wrapped = wrapBy(next, id, row);
        if (!wrapped)
            return base::fail(wrapped.error());
        credentials_.put(id, *wrapped);
        if (auto kept = wrapBy(next, id, *wrapped, state); !kept)
            return kept;
    }
    return wrapFieldKeysBy(next);
}

Expected<CredentialRow>
Vault::wrapBy(const Envelope& next, const api::CredentialId& id, CredentialRow row)
{
    const auto key = unwrap(id, row);
    if (!key)
        return base::fail(key.error().kind, key.error().message + "; remove it, then try again");
    auto fingerprint =
        fingerprintOf(next, {row.kind, row.identity, row.certificates, *key, row.isExportable});
    if (!fingerprint)
        return base::fail(fingerprint.error());
    auto wrapped = next.wrap(recordFacts(id, row), *key);
    if (!wrapped)
        return base::fail(wrapped.error());
    row.kekId = next.kekId();
    row.fingerprint = std::move(*fingerprint);
    row.wrappedKey = std::move(*wrapped);
    return row;
}

Expected<void> Vault::erase(const std::optional<std::uint64_t>& counter)
{
    // Should this fail, the next change says an age that fits.
    counter_ = std::max(counter_, counter.value_or(0));
    Transaction transaction(database_);
    credentials_.clear();
    fieldKeys_.clear();
    if (const auto kekId = keySlots_.activeKey(); kekId != 0)
        keySlots_.remove(kekId);
    ages_.clear();
    transaction.commit();
    envelope_.reset();
    isRecovered_ = false;
    return {};
}

} // namespace causeway::store
