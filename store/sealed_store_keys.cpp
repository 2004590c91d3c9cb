// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.hpp"
#include "store/sealed_store_work.hpp"

// What an operator does with the key-encryption key.
namespace causeway::store {

using base::Secret;

namespace {

base::Error errorOf(const SealerFault& fault)
{
    return {base::ErrorKind::Refused,
            fmt::format("{}; {}", fault.reason, fault.remedy),
            base::Retry::Later};
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
            sealOpenKey(std::move(*order),
                        [this, done = std::move(done)](Expected<void> sealed) mutable {
                            if (sealed)
                                settleOpen();
                            done(std::move(sealed));
                        });
        },
        [registers](Shelf& shelf) { return shelf.vault.orderSeal(registers); });
}

void SealedStore::sealOpenKey(SealOrder order, KeyStoreControl::Done done)
{
    const auto kekId = order.kekId;
    askSealer<base::Bytes>(
        [this, kekId, done = std::move(done)](Sealed<base::Bytes> blob) mutable {
            if (!blob)
                return done(base::fail(errorOf(blob.error())));
            run<void>(std::move(done),
                      [kekId, kind = sealer_->kind(), blob = std::move(*blob)](Shelf& shelf) {
                          return shelf.vault.putSlot(kekId, kind, blob);
                      });
        },
        [order = std::move(order)](Sealer& sealer) {
            return sealKey(sealer, order.kek, order.registers);
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
            if (text) {
                log::notice("the key-encryption key was replaced, and its recovery key");
                followAge();
                settleOpen();
            }
            done(std::move(text));
        },
        [kind = sealer_->kind(), next = std::move(next)](Shelf& shelf) mutable {
            return shelf.vault.rotate(kind, std::move(next));
        });
}

void SealedStore::erase(KeyStoreControl::Done done)
{
    run<bool>(
        [this, done = std::move(done)](const Expected<bool>& wasCounting) mutable {
            if (!wasCounting)
                return done(base::fail(wasCounting.error()));
            log::warning("all keys and credentials were destroyed, beginning with a new key");
            settle({api::KeyStoreState::Locked,
                    "all keys were destroyed, and the new one is not there yet",
                    "wait a moment"});
            if (*wasCounting)
                outdateCopies();
            tryToOpen();
            done({});
        },
        [](Shelf& shelf) { return shelf.vault.erase(); });
}

/// Copies from before would open as long as the counter stands where they left it.
void SealedStore::outdateCopies()
{
    askSealer<std::uint64_t>(
        [](const Sealed<std::uint64_t>& counter) {
            if (!counter)
                log::warning("older copies of the database can still be opened: {REASON}; {REMEDY}",
                             "REASON",
                             counter.error().reason,
                             "REMEDY",
                             counter.error().remedy);
        },
        [](Sealer& sealer) { return sealer.advanceCounter(); });
}

/// Lets the sealer's counter follow the database, one step after the other; never further, or the
/// database would be taken for an older copy.
void SealedStore::followAge()
{
    if (std::exchange(isFollowing_, true))
        return;
    run<bool>(
        [this](const Expected<bool>& mustAdvance) {
            if (mustAdvance && *mustAdvance)
                return advanceCounter();
            isFollowing_ = false;
        },
        [](Shelf& shelf) -> Expected<bool> { return shelf.vault.mustAdvanceCounter(); });
}

/// A counter that cannot be advanced now follows with the next change, or at the next start.
void SealedStore::advanceCounter()
{
    askSealer<std::uint64_t>(
        [this](const Sealed<std::uint64_t>& counter) {
            if (!counter) {
                isFollowing_ = false;
                log::warning("older copies of the database cannot be told: {REASON}; {REMEDY}",
                             "REASON",
                             counter.error().reason,
                             "REMEDY",
                             counter.error().remedy);
                return;
            }
            run<void>(
                [this](const Expected<void>& kept) {
                    isFollowing_ = false;
                    if (kept)
                        followAge();
                },
                [value = *counter](Shelf& shelf) { return shelf.vault.onCounterAdvanced(value); });
        },
        [](Sealer& sealer) { return sealer.advanceCounter(); });
}

} // namespace causeway::store
