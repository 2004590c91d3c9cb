// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.hpp"
#include "store/sealed_store_work.hpp"

// What an operator does with the key-encryption key.
namespace causeway::store {

using base::Secret;

namespace {

/// Lets the counter go beyond all copies; what it holds then, or nothing when none was ever told.
Sealed<std::optional<std::uint64_t>> outdateCopies(Sealer& sealer, std::optional<std::int64_t> age)
{
    const auto counter = sealer.readCounter();
    if (!age && (!counter || !*counter))
        return std::nullopt;
    if (!counter)
        return tl::unexpected(counter.error());
    const auto newest = static_cast<std::uint64_t>(std::max<std::int64_t>(age.value_or(0), 0));
    const auto now = sealer.advanceCounter(std::max(newest, counter->value_or(0)) + 1);
    if (!now)
        return tl::unexpected(now.error());
    return *now;
}

/// A recovery key is worth nothing while the log has what it was to replace.
Expected<Secret> withoutFormerKey(Secret text, const Expected<void>& cut)
{
    if (!cut)
        return base::fail(cut.error().kind,
                          fmt::format("the key was replaced, but the database's log may still have "
                                      "the former: {}; give the disk space and rotate again, which "
                                      "gives the recovery key, too",
                                      cut.error().message));
    return text;
}

/// After everything was destroyed.
Expected<void> whatIsLeft(const Sealed<std::optional<std::uint64_t>>& counter,
                          const Expected<void>& cut)
{
    if (!cut)
        return base::fail(cut.error().kind,
                          fmt::format("all keys were destroyed, but the database's log may still "
                                      "have them: {}; give the disk space and erase again",
                                      cut.error().message));
    if (!counter)
        return base::fail(
            base::ErrorKind::Refused,
            fmt::format("all keys were destroyed in the database, but older copies of "
                        "it can still be opened, because the counter did not go on: "
                        "{}; destroy them, too, or mend that and erase again ({})",
                        counter.error().reason,
                        counter.error().remedy));
    return {};
}

} // namespace

void SealedStore::describeKey(FactsDone done)
{
    run<api::KeyStoreFacts>(std::move(done),
                            [](Shelf& shelf) { return shelf.vault.describeKey(); });
}

void SealedStore::makeRecoveryKey(SecretDone done)
{
    runSecret<Secret>(
        [this, done = std::move(done)](Expected<Secret> text) mutable {
            if (text) {
                log::notice("a recovery key was made; the former one opens nothing any more");
                followAge();
            }
            done(std::move(text));
        },
        [](Shelf& shelf) { return shelf.vault.makeRecoveryKey(); });
}

void SealedStore::recover(Secret text, KeyStoreControl::Done done)
{
    if (isOpen()) {
        main_.post(lifetime_.guard([done = std::move(done)]() mutable {
            done(base::fail(base::ErrorKind::Refused, "the key store is open already"));
        }));
        return;
    }
    run<SealOrder>(
        [this, done = std::move(done)](Expected<SealOrder> order) mutable {
            if (!order)
                return done(base::fail(order.error()));
            log::notice("the key store was opened by its recovery key");
            sealOpenKey(std::move(*order),
                        [this, done = std::move(done)](Expected<void> sealed) mutable {
                            patience_.stop();
                            retry_.stop();
                            followAge();
                            if (sealed)
                                settleOpen();
                            else
                                settle({api::KeyStoreState::Recovered,
                                        sealed.error().message,
                                        "when that is mended, causewayctl keystore seal; until "
                                        "then each start needs the recovery key"});
                            done({});
                        });
        },
        [kind = sealer_->kind(), text = std::move(text)](Shelf& shelf) {
            return shelf.vault.recover(text, kind);
        });
}

void SealedStore::seal(api::PlatformRegisters registers, KeyStoreControl::Done done)
{
    runSecret<SealOrder>(
        [this, done = std::move(done)](Expected<SealOrder> order) mutable {
            if (!order)
                return done(base::fail(order.error()));
            sealOpenKey(std::move(*order), [this, done = std::move(done)](auto sealed) mutable {
                onSealed(std::move(sealed), std::move(done));
            });
        },
        [registers](Shelf& shelf) { return shelf.vault.orderSeal(registers); });
}

void SealedStore::onSealed(Expected<void> sealed, KeyStoreControl::Done done)
{
    if (sealed) {
        settleOpen();
        followAge();
    }
    done(std::move(sealed));
}

void SealedStore::sealOpenKey(SealOrder order, KeyStoreControl::Done done)
{
    const auto kekId = order.kekId;
    askSealer<NewSlot>(
        [this, kekId, done = std::move(done)](Sealed<NewSlot> slot) mutable {
            if (!slot)
                return done(base::fail(errorOf(slot.error())));
            run<void>(std::move(done), [kekId, slot = std::move(*slot)](Shelf& shelf) {
                return shelf.vault.putSlot(kekId, slot);
            });
        },
        [order = std::move(order)](Sealer& sealer) {
            return fillSlot(sealer, order.kek, order.registers);
        });
}

void SealedStore::rotate(SecretDone done)
{
    runSecret<api::PlatformRegisters>(
        [this, done = std::move(done)](const Expected<api::PlatformRegisters>& registers) mutable {
            if (!registers)
                return done(base::fail(registers.error()));
            makeNext(*registers, std::move(done));
        },
        [kind = sealer_->kind()](Shelf& shelf) { return shelf.vault.registers(kind); });
}

void SealedStore::makeNext(const api::PlatformRegisters& registers, SecretDone done)
{
    askSealer<OpenedKey>(
        [this, done = std::move(done)](Sealed<OpenedKey> next) mutable {
            if (!next)
                return done(base::fail(errorOf(next.error())));
            installNext(std::move(*next), std::move(done));
        },
        [registers](Sealer& sealer) { return makeKey(sealer, registers); });
}

void SealedStore::installNext(OpenedKey next, SecretDone done)
{
    // They name their credential by a fingerprint that the rotation changes.
    flushResumptions();
    run<Secret>(
        [this, done = std::move(done)](Expected<Secret> text) mutable {
            if (!text)
                return done(std::move(text));
            log::notice("the key-encryption key was replaced, and its recovery key");
            followAge();
            settleOpen();
            run<void>(
                [text = std::move(*text),
                 done = std::move(done)](const Expected<void>& cut) mutable {
                    done(withoutFormerKey(std::move(text), cut));
                },
                [](Shelf& shelf) { return shelf.vault.cutLog(); });
        },
        [kind = sealer_->kind(), next = std::move(next)](Shelf& shelf) mutable {
            return shelf.vault.rotate(kind, std::move(next));
        });
}

/// The counter goes first: a power cut after it leaves a store that is locked, and can be erased
/// again.
void SealedStore::erase(KeyStoreControl::Done done)
{
    run<std::optional<std::int64_t>>(
        [this, done = std::move(done)](const Expected<std::optional<std::int64_t>>& age) mutable {
            if (!age)
                return done(base::fail(age.error()));
            askSealer<std::optional<std::uint64_t>>(
                [this,
                 done = std::move(done)](Sealed<std::optional<std::uint64_t>> counter) mutable {
                    destroy(std::move(counter), std::move(done));
                },
                [age = *age](Sealer& sealer) { return outdateCopies(sealer, age); });
        },
        [](Shelf& shelf) -> Expected<std::optional<std::int64_t>> {
            return shelf.vault.claimedAge();
        });
}

void SealedStore::destroy(Sealed<std::optional<std::uint64_t>> counter, KeyStoreControl::Done done)
{
    const auto known = counter.value_or(std::nullopt);
    run<void>(
        [this, counter = std::move(counter), done = std::move(done)](
            const Expected<void>& destroyed) mutable {
            if (!destroyed)
                return done(base::fail(destroyed.error()));
            log::warning("all keys and credentials were destroyed, beginning with a new key");
            settle({api::KeyStoreState::Locked,
                    "all keys were destroyed, and the new one is not there yet",
                    "wait a moment"});
            tryToOpen();
            run<void>([counter = std::move(counter), done = std::move(done)](
                          const Expected<void>& cut) mutable { done(whatIsLeft(counter, cut)); },
                      [](Shelf& shelf) { return shelf.vault.cutLog(); });
        },
        [known](Shelf& shelf) { return shelf.vault.erase(known); });
}

/// Lets the sealer's counter follow the database; never further, or the database would be taken for
/// an older copy.
void SealedStore::followAge()
{
    if (std::exchange(isFollowing_, true))
        return;
    followRetry_.stop();
    run<std::optional<std::uint64_t>>(
        [this](const Expected<std::optional<std::uint64_t>>& target) {
            if (target && *target)
                return advanceCounter(**target);
            isFollowing_ = false;
        },
        [](Shelf& shelf) -> Expected<std::optional<std::uint64_t>> {
            return shelf.vault.nextCounter();
        });
}

void SealedStore::advanceCounter(std::uint64_t target)
{
    askSealer<std::uint64_t>(
        [this](const Sealed<std::uint64_t>& counter) {
            if (!counter)
                return onCounterFault(counter.error());
            countingFault_.clear();
            run<void>(
                [this](const Expected<void>& kept) {
                    isFollowing_ = false;
                    if (kept)
                        followAge();
                },
                [value = *counter](Shelf& shelf) { return shelf.vault.onCounterAdvanced(value); });
        },
        [target](Sealer& sealer) { return sealer.advanceCounter(target); });
}

void SealedStore::onCounterFault(const SealerFault& fault)
{
    isFollowing_ = false;
    followRetry_.start(retryPeriod_);
    if (std::exchange(countingFault_, fault.reason) != fault.reason)
        log::warning("older copies of the database cannot be told: {REASON}; {REMEDY}; trying "
                     "again every {PERIOD} s",
                     "REASON",
                     fault.reason,
                     "REMEDY",
                     fault.remedy,
                     "PERIOD",
                     retryPeriod_.count());
}

} // namespace causeway::store
