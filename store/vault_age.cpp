// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <sqlite3.h>

#include "store/vault.hpp"

// How an older copy of the database is told: each change of a credential or key writes a greater
// age into its transaction, proven by the key-encryption key, and then advances the sealer's
// counter. So the database is never behind the counter, unless it is an older copy. It may be
// ahead, when power went between the two; the counter then follows. Once the TPM counts, a database
// that does not say its age is an older copy, or was edited.
namespace causeway::store {

using base::Expected;

namespace {

/// An age: the next step of the counter, whatever it leads to, will be the first that counts.
constexpr std::int64_t begun = 0;

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
        return counter ? refuse("this is an older copy of the database: it does not say its age, "
                                "but the TPM counts")
                       : Expected<void>();
    const auto proof = envelope_->proveAge(age->counter);
    if (!proof)
        return base::fail(proof.error());
    if (*proof != age->proof)
        return refuse("the age that the database claims is forged");
    if (age->counter == begun)
        return {};
    if (!counter)
        return refuse("the TPM's counter that goes with the database is gone");
    if (std::cmp_less(age->counter, *counter))
        return refuse("this is an older copy of the database: the TPM's counter is ahead of it");
    return {};
}

std::optional<std::int64_t> Vault::claimedAge()
{
    const auto age = ages_.find();
    return age ? std::optional(age->counter) : std::nullopt;
}

std::optional<std::uint64_t> Vault::nextCounter()
{
    // After recover() the sealer may be another, whose counter is none of this database's yet.
    if (!envelope_ || !aged_ || isRecovered_)
        return std::nullopt;
    const auto age = ages_.find();
    if (age ? age->counter == begun : hasRecoverySlot())
        return 1;
    if (age && std::cmp_greater(age->counter, counter_))
        return static_cast<std::uint64_t>(age->counter);
    return std::nullopt;
}

Expected<void> Vault::onCounterAdvanced(std::uint64_t counter)
{
    if (!envelope_)
        return locked();
    counter_ = std::max(counter_, counter);
    const auto age = ages_.find();
    if (age && std::cmp_greater_equal(age->counter, counter))
        return {};
    Transaction transaction(database_);
    keepAge(*envelope_, static_cast<std::int64_t>(counter));
    transaction.commit();
    return {};
}

/// It begins to count once there is a recovery key: without one, an operator who puts a backup back
/// could not go on with it. It says so before the counter is there, or a power cut between the two
/// would leave a database that looks like an older copy.
void Vault::beginToCount(const Envelope& envelope)
{
    if (aged_ && !ages_.find())
        keepAge(envelope, begun);
}

/// Changes that come before the counter has followed share one step of it.
void Vault::grow(const Envelope& envelope)
{
    const auto age = ages_.find();
    if (!age)
        return;
    const auto next = std::max(age->counter, static_cast<std::int64_t>(counter_ + 1));
    keepAge(envelope, age->counter == begun ? begun : next);
}

/// Whoever has the recovery key said by it that this is the database to go on with: it goes with
/// the counter that is there now.
void Vault::goOnFrom(const Envelope& envelope, const std::optional<std::uint64_t>& counter)
{
    counter_ = counter.value_or(0);
    ages_.clear();
    if (counter)
        keepAge(envelope, static_cast<std::int64_t>(*counter + 1));
    else
        beginToCount(envelope);
}

void Vault::keepAge(const Envelope& envelope, std::int64_t counter)
{
    auto proof = envelope.proveAge(counter);
    if (!proof)
        throw SqliteError(SQLITE_ERROR, "proving the database's age", proof.error().message);
    ages_.put({counter, std::move(*proof)});
}

bool Vault::detectsOlderCopies()
{
    const auto age = ages_.find();
    return aged_ && age && age->counter != begun && std::cmp_less_equal(age->counter, counter_);
}

void Vault::commit(Transaction& transaction)
{
    // Locked, nothing but a removal comes here, and nobody could prove an age.
    if (envelope_)
        grow(*envelope_);
    transaction.commit();
    // That the log cannot be cut now is no failure of a change that is on disk: the next one tries
    // again.
    (void)cutLog();
    tellAged();
}

void Vault::tellAged()
{
    if (nextCounter())
        aged_();
}

} // namespace causeway::store
