// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <sqlite3.h>

#include "store/recovery_key.hpp"
#include "store/vault.hpp"

// How an older copy of the database is told: each change of a credential or key writes a greater
// age into its transaction, proven by the key-encryption key, and then advances the sealer's
// counter. So the database is never behind the counter, unless it is an older copy. It may be
// ahead, when power went between the two; the counter then follows.
namespace causeway::store {

using base::Expected;

namespace {

tl::unexpected<base::Error> refuse(const char* sentence)
{
    return base::fail(base::ErrorKind::Refused, sentence);
}

} // namespace

Expected<void> Vault::checkAge(const std::optional<std::uint64_t>& counter)
{
    counter_ = counter.value_or(0);
    const auto age = ages_.find();
    if (!age)
        return {};
    const auto proof = envelope_->proveAge(age->counter);
    if (!proof)
        return base::fail(proof.error());
    if (*proof != age->proof)
        return refuse("the age that the database claims is forged");
    if (!counter)
        return refuse("the TPM's counter that goes with the database is gone");
    if (std::cmp_less(age->counter, *counter))
        return refuse("this is an older copy of the database: the TPM's counter is ahead of it");
    tellAged();
    return {};
}

/// It begins to count once there is a recovery key: without one, an operator who puts a backup back
/// could not go on with it.
bool Vault::mustAdvanceCounter()
{
    if (!envelope_)
        return false;
    if (const auto age = ages_.find())
        return std::cmp_greater(age->counter, counter_);
    const auto kinds = keySlots_.kinds();
    return std::ranges::find(kinds, recovery::slotKind) != kinds.end();
}

Expected<void> Vault::onCounterAdvanced(std::uint64_t counter)
{
    if (!envelope_)
        return locked();
    counter_ = counter;
    const auto age = ages_.find();
    if (age && std::cmp_greater_equal(age->counter, counter))
        return {};
    Transaction transaction(database_);
    keepAge(*envelope_, static_cast<std::int64_t>(counter));
    transaction.commit();
    return {};
}

/// Changes that come before the counter has followed share one step of it.
void Vault::grow(const Envelope& envelope)
{
    const auto age = ages_.find();
    if (!age)
        return;
    keepAge(envelope, std::max(age->counter, static_cast<std::int64_t>(counter_ + 1)));
}

void Vault::keepAge(const Envelope& envelope, std::int64_t counter)
{
    auto proof = envelope.proveAge(counter);
    if (!proof)
        throw SqliteError(SQLITE_ERROR, "proving the database's age", proof.error().message);
    ages_.put({counter, std::move(*proof)});
}

void Vault::commit(Transaction& transaction)
{
    // Locked, nothing but a removal comes here, and nobody could prove an age.
    if (envelope_)
        grow(*envelope_);
    transaction.commit();
    forgetOldPages();
    tellAged();
}

void Vault::tellAged()
{
    const auto age = ages_.find();
    if (aged_ && age && std::cmp_greater(age->counter, counter_))
        aged_();
}

} // namespace causeway::store
