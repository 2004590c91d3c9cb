// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "agent/api/smartcard.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::agent {

class Gateway;

/// Bootstrap from Smartcard (LwM2M Core §6.1.3.2) for one device: its accounts are those on the
/// card as long as the card is there. Main thread; what it is given outlives it.
class Smartcard final : public api::SmartcardOverview
{
public:
    /// An empty device: off. A card that has refused its PIN under another `pinAttempt`, a word
    /// without a colon, may be given it once more.
    Smartcard(base::Scheduler& scheduler,
              api::CardReader& reader,
              Gateway& gateway,
              std::string device,
              std::string pinAttempt = {});

    /// When the devices are there: the first look, which the device waits for.
    void start();
    /// The device came or went, or something else has replaced its accounts.
    void onAccountsChanged();
    /// No look any more. `done` runs at once, or when a card that is being given its PIN has told
    /// how that went: ended before, it would count as one that has refused it.
    void stop(base::Task done);

    [[nodiscard]] api::SmartcardStatus smartcard() const override { return status_; }

private:
    void rememberCard();
    /// At once; what was seen last is told again, but the card whose accounts these are.
    void lookAnew();
    void look(std::chrono::seconds patience);
    void onSeen(const base::Expected<api::CardReport>& seen);
    void tryPin(const api::CardReport& report);
    void onTryKept(const api::CardReport& card, const base::Expected<void>& kept);
    void endTry(const base::Expected<api::CardReport>& seen);
    void endStop();
    void take(const api::CardReport& report);
    void onTaken(const api::CardReport& card, const base::Expected<void>& taken);
    void drop();
    [[nodiscard]] bool endsAccounts(const api::CardReport& report) const;
    void followPin(const api::CardReport& report, bool wasTried);
    [[nodiscard]] bool isAnother(const api::CardReport& report) const;
    void rememberRefusal();
    [[nodiscard]] std::string refusalText() const;
    void keepRefusal();
    void onRefusalKept(const base::Expected<void>& kept);
    void followOpening(const base::Expected<api::CardReport>& seen);
    [[nodiscard]] bool hasDevice() const;
    void showSighting(const api::CardReport& report);
    void show(std::string state, const api::CardReport& card, std::string reason);
    void goOn();
    void tryLater();

    api::CardReader& reader_;
    Gateway& gateway_;
    std::string pinAttempt_;
    api::SmartcardStatus status_;
    std::string salt_;
    std::string known_;        ///< the digest of what was seen last, without a PIN
    std::string accountsOf_;   ///< the serial number of the card whose accounts these are
    std::string taken_;        ///< the digest of that card
    bool hasAccounts_ = false; ///< the device's are a card's
    bool isDeciding_ = false;  ///< between a report and the end of what comes of it
    bool isStopped_ = true;
    /// Serial number of the card that has refused the PIN, or was given it and has told nothing
    /// yet.
    std::optional<std::string> refused_;
    std::optional<std::string> trying_; ///< of the card that is being given the PIN
    bool isKeeping_ = false;            ///< what refused_ says
    bool isKeepingFailing_ = false;     ///< and that was told
    bool isOverdue_ = false;            ///< there is a card that could not be opened for too long
    base::Task stopped_;
    base::Timer retry_;
    base::Timer ending_;
    base::Timer overdue_;
    base::Timer changed_;
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
