// SPDX-License-Identifier: Apache-2.0
#include "agent/smartcard.hpp"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/random.h>

#include "agent/base/bytes.hpp"
#include "agent/base/log.hpp"
#include "agent/gateway.hpp"

namespace causeway::agent {

using api::CardReport;
using api::CardSighting;
using base::ErrorKind;
using base::Expected;

namespace {

/// How long one program watches the card; the next reads it once more.
constexpr std::chrono::seconds watch{60};
/// After a reader that hangs, a program that fails, a key store that is locked.
constexpr base::Duration retryPeriod = std::chrono::seconds(10);

/// A card that cannot even be opened may be ours, which another program uses or which was put in
/// askew, for that long; then it is another one in the place of ours.
constexpr base::Duration openLimit = std::chrono::seconds(20);
/// A card that has not told by then how it took its PIN is not waited for at the end of the daemon.
constexpr base::Duration stopLimit = std::chrono::seconds(5);

/// Between a change of accounts or keys and another look at a card that was refused: a list of
/// credentials brings thousands.
constexpr base::Duration settleTime = std::chrono::seconds(1);

constexpr std::array<std::string_view, 10> words{"no-support",
                                                 "no-service",
                                                 "no-reader",
                                                 "no-card",
                                                 "foreign",
                                                 "pin-needed",
                                                 "pin-refused",
                                                 "unreadable",
                                                 "pin-needed",
                                                 "in-use"};

constexpr std::string_view pinRemedy =
    "see that the credential smartcard-pin is right, then take the card out and put it in again, "
    "or set PinAttempt= in [Smartcard] of causeway.conf to another word and restart the daemon";

std::string makeSalt()
{
    std::array<std::uint8_t, 16> octets{};
    if (::getrandom(octets.data(), octets.size(), 0) != static_cast<ssize_t>(octets.size()))
        throw std::system_error(errno, std::generic_category(), "getrandom");
    return base::toHex(octets);
}

/// The card without what is on it.
CardReport outsideOf(const CardReport& report)
{
    CardReport card;
    card.label = report.label;
    card.serial = report.serial;
    card.digest = report.digest;
    return card;
}

/// Whether it is the card that is at fault, and not the moment.
bool isFinal(ErrorKind kind)
{
    return kind == ErrorKind::InvalidArgument || kind == ErrorKind::Refused ||
           kind == ErrorKind::AlreadyExists || kind == ErrorKind::NotSupported ||
           kind == ErrorKind::LimitExceeded || kind == ErrorKind::Corrupt;
}

} // namespace

Smartcard::Smartcard(base::Scheduler& scheduler,
                     api::CardReader& reader,
                     Gateway& gateway,
                     std::string device,
                     std::string pinAttempt)
    : reader_(reader)
    , gateway_(gateway)
    , pinAttempt_(std::move(pinAttempt))
    , retry_(scheduler, [this] { lookAnew(); })
    , ending_(scheduler, [this] { endStop(); })
    , overdue_(scheduler,
               [this] {
                   isOverdue_ = true;
                   lookAnew();
               })
    , changed_(scheduler, [this] {
        if (status_.state == "refused" && !isDeciding_)
            lookAnew();
    })
{
    status_.device = std::move(device);
}

void Smartcard::start()
{
    if (status_.device.empty())
        return;
    isStopped_ = false;
    status_.state = "starting";
    rememberCard();
    rememberRefusal();
    look(std::chrono::seconds(0));
}

void Smartcard::stop(base::Task done)
{
    isStopped_ = true;
    retry_.stop();
    overdue_.stop();
    changed_.stop();
    stopped_ = std::move(done);
    if (trying_ || isKeeping_)
        ending_.start(stopLimit);
    else
        endStop();
}

void Smartcard::endStop()
{
    ending_.stop();
    if (auto done = std::exchange(stopped_, {}))
        done();
}

// "SALT:DIGEST:SERIAL"
void Smartcard::rememberCard()
{
    const auto mark = gateway_.cardMark(status_.device);
    const auto first = mark.find(':');
    const auto second = first == std::string::npos ? first : mark.find(':', first + 1);
    hasAccounts_ = second != std::string::npos;
    if (hasAccounts_) {
        salt_ = mark.substr(0, first);
        taken_ = mark.substr(first + 1, second - first - 1);
        known_ = taken_;
        accountsOf_ = mark.substr(second + 1);
        return;
    }
    accountsOf_.clear();
    if (salt_.empty())
        salt_ = makeSalt();
}

void Smartcard::onAccountsChanged()
{
    if (!isStopped_)
        keepRefusal(); // a device that was attached anew has lost it
    if (isStopped_ || isDeciding_ || status_.state == "starting")
        return;
    const bool isLost = status_.state == "in-use" && gateway_.cardMark(status_.device).empty();
    const bool isWaiting = status_.state == "no-device" && hasDevice();
    if (isLost || isWaiting)
        lookAnew();
    // What the card was refused for may be no more.
    if (status_.state == "refused" && !changed_.isRunning())
        changed_.start(settleTime);
}

bool Smartcard::hasDevice() const
{
    return gateway_.device(status_.device).has_value();
}

void Smartcard::lookAnew()
{
    known_.clear();
    rememberCard();
    look(std::chrono::seconds(0));
}

void Smartcard::look(std::chrono::seconds patience)
{
    if (isStopped_)
        return;
    retry_.stop();
    keepRefusal();
    reader_.look({salt_, known_, patience},
                 lifetime_.guard([this](const Expected<CardReport>& seen) { onSeen(seen); }));
}

// It is on disk before that the card is given its PIN: each wrong try brings it nearer to its end,
// and whatever ends this process, the next one must know.
void Smartcard::tryPin(const CardReport& report)
{
    trying_ = refused_ = report.serial;
    gateway_.keepRefusedCard(
        status_.device,
        refusalText(),
        lifetime_.guard([this, card = outsideOf(report)](const Expected<void>& kept) {
            onTryKept(card, kept);
        }));
}

// Between this and the report of the look, which takes as long as the card does, a power cut leaves
// a card that counts as one that has refused its PIN: the look is one without patience.
void Smartcard::onTryKept(const CardReport& card, const Expected<void>& kept)
{
    if (kept && !isStopped_) {
        reader_.look({salt_, hasAccounts_ ? taken_ : std::string(), {}, trying_},
                     lifetime_.guard([this](const Expected<CardReport>& seen) { onSeen(seen); }));
        return;
    }
    trying_.reset();
    refused_.reset();
    keepRefusal();
    if (isStopped_)
        return isKeeping_ ? void() : endStop();
    show("pin-needed",
         card,
         fmt::format("the PIN is not tried, since the gateway cannot keep that it was: {}",
                     kept.error().message));
    tryLater();
}

// After stop()
void Smartcard::endTry(const Expected<CardReport>& seen)
{
    if (seen)
        followPin(*seen, true);
    if (!isKeeping_)
        endStop();
}

void Smartcard::onSeen(const Expected<CardReport>& seen)
{
    const auto tried = std::exchange(trying_, std::nullopt);
    if (isStopped_)
        return tried ? endTry(seen) : void();
    isDeciding_ = true;
    followOpening(seen);
    if (!seen) {
        show("silent", {}, seen.error().message);
        return tryLater();
    }
    const bool isTaken = hasAccounts_ && seen->digest == taken_;
    const bool isKnown = isTaken || (!known_.empty() && seen->digest == known_);
    // What the PIN shows is nothing that a look without it could compare with.
    if (!seen->digest.empty() && tried != seen->serial)
        known_ = seen->digest;
    if (tried || !isKnown)
        followPin(*seen, tried.has_value());
    if (tried && seen->sighting == CardSighting::PinUntried)
        return tryLater(); // another one came in between
    if (isKnown) {
        if (seen->sighting == CardSighting::Information && hasAccounts_)
            show("in-use", *seen, {});
        return goOn();
    }
    if (seen->sighting == CardSighting::Information)
        return take(*seen);
    if (seen->sighting == CardSighting::PinUntried && !refused_ && hasDevice())
        return tryPin(*seen);
    showSighting(*seen);
    if (endsAccounts(*seen))
        return drop();
    if (tried && seen->sighting == CardSighting::Unreadable)
        return tryLater(); // without the PIN nobody sees when it can be read
    goOn();
}

void Smartcard::showSighting(const CardReport& report)
{
    const bool isUntried = report.sighting == CardSighting::PinUntried;
    if (isUntried && !hasDevice())
        return show("no-device",
                    report,
                    fmt::format("the card wants its PIN, which is not tried before there is the "
                                "device {}",
                                status_.device));
    if (isUntried && refused_)
        return show("pin-refused",
                    report,
                    fmt::format("the card has refused its PIN, or the daemon was ended while it "
                                "was tried: {}",
                                pinRemedy));
    if (report.sighting == CardSighting::PinRefused)
        return show("pin-refused", report, fmt::format("{}: {}", report.reason, pinRemedy));
    if (report.sighting == CardSighting::PinNeeded && refused_)
        return show("pin-refused", report, report.reason);
    show(std::string(words.at(static_cast<std::size_t>(report.sighting))), report, report.reason);
}

// A try that went wrong is told as such, whatever else is seen. Another one only for another card,
// or for one that was taken out. What is not seen well says neither.
void Smartcard::followPin(const CardReport& report, bool wasTried)
{
    if (report.sighting == CardSighting::PinRefused)
        refused_ = report.serial;
    else if (refused_ && (wasTried || isAnother(report)))
        refused_.reset();
    keepRefusal();
}

bool Smartcard::isAnother(const CardReport& report) const
{
    if (report.sighting == CardSighting::NoCard || report.sighting == CardSighting::NoReader)
        return true;
    return report.sighting != CardSighting::Unreadable && !report.serial.empty() &&
           report.serial != refused_;
}

// "ATTEMPT:SERIAL", with the colon since a card may have no serial number
std::string Smartcard::refusalText() const
{
    return refused_ ? pinAttempt_ + ':' + *refused_ : std::string();
}

// What was refused under another word, the operator has answered for.
void Smartcard::rememberRefusal()
{
    const auto kept = gateway_.refusedCard(status_.device);
    if (const auto own = pinAttempt_ + ':'; kept.starts_with(own))
        refused_ = kept.substr(own.size());
}

// At each look: the disk may have been full, or the device away.
void Smartcard::keepRefusal()
{
    const auto text = refusalText();
    if (isKeeping_ || !hasDevice() || gateway_.refusedCard(status_.device) == text)
        return;
    isKeeping_ = true;
    gateway_.keepRefusedCard(
        status_.device, text, lifetime_.guard([this](const Expected<void>& kept) {
            onRefusalKept(kept);
        }));
}

void Smartcard::onRefusalKept(const Expected<void>& kept)
{
    isKeeping_ = false;
    if (!kept && !isKeepingFailing_)
        log::err("{DEVICE}: how the smartcard took its PIN cannot be kept: {ERROR}; this is tried "
                 "again, and a daemon that is started before that goes by what was kept last",
                 "DEVICE",
                 status_.device,
                 "ERROR",
                 kept.error().message);
    isKeepingFailing_ = !kept;
    if (kept)
        keepRefusal(); // it may say something else by now
    if (isStopped_ && !isKeeping_ && !trying_)
        endStop();
}

void Smartcard::followOpening(const Expected<CardReport>& seen)
{
    const bool isClosed =
        seen && seen->sighting == CardSighting::Unreadable && seen->serial.empty();
    if (!isClosed) {
        overdue_.stop();
        isOverdue_ = false;
    } else if (hasAccounts_ && !isOverdue_ && !overdue_.isRunning()) {
        overdue_.start(openLimit);
    }
}

// What cannot be seen may be there: only a card that is gone, or another one, ends the accounts.
bool Smartcard::endsAccounts(const CardReport& report) const
{
    switch (report.sighting) {
    case CardSighting::NoReader:
    case CardSighting::NoCard:
    case CardSighting::Foreign:
        return hasAccounts_;
    case CardSighting::PinNeeded:
    case CardSighting::PinUntried:
    case CardSighting::PinRefused:
    case CardSighting::Unreadable:
        return hasAccounts_ && (report.serial.empty() ? isOverdue_ : report.serial != accountsOf_);
    case CardSighting::NoSupport:
    case CardSighting::NoService:
    case CardSighting::Information:
        break;
    }
    return false;
}

void Smartcard::take(const CardReport& report)
{
    gateway_.takeCard(status_.device,
                      report.content,
                      fmt::format("{}:{}:{}", salt_, report.digest, report.serial),
                      lifetime_.guard([this, card = outsideOf(report)](
                                          const Expected<void>& taken) { onTaken(card, taken); }));
}

void Smartcard::onTaken(const CardReport& card, const Expected<void>& taken)
{
    if (taken) {
        hasAccounts_ = true;
        accountsOf_ = card.serial;
        taken_ = card.digest;
        log::notice("{DEVICE}: has the accounts on the smartcard {CARD} ({SERIAL})",
                    "DEVICE",
                    status_.device,
                    "CARD",
                    card.label,
                    "SERIAL",
                    card.serial);
        show("in-use", card, {});
        return goOn();
    }
    const auto& error = taken.error();
    if (error.kind == ErrorKind::NotFound) {
        show("no-device", card, error.message);
        return goOn();
    }
    show("refused", card, error.message);
    if (!isFinal(error.kind))
        return tryLater();
    if (hasAccounts_)
        return drop();
    goOn();
}

void Smartcard::drop()
{
    gateway_.dropCard(status_.device, lifetime_.guard([this](const Expected<void>& dropped) {
        if (!dropped && dropped.error().kind != ErrorKind::NotFound) {
            log::err("{DEVICE}: the accounts of the smartcard could not be removed: {ERROR}; this "
                     "is tried again",
                     "DEVICE",
                     status_.device,
                     "ERROR",
                     dropped.error().message);
            return tryLater();
        }
        hasAccounts_ = false;
        accountsOf_.clear();
        log::notice("{DEVICE}: the accounts of the smartcard are removed, {REASON}",
                    "DEVICE",
                    status_.device,
                    "REASON",
                    status_.reason);
        goOn();
    }));
}

void Smartcard::show(std::string state, const CardReport& card, std::string reason)
{
    const bool isNew = status_.state != state || status_.reason != reason ||
                       status_.serial != card.serial || status_.label != card.label;
    if (!isNew)
        return;
    status_.state = std::move(state);
    status_.label = card.label;
    status_.serial = card.serial;
    status_.reason = std::move(reason);
    if (!status_.reason.empty())
        log::warning("{DEVICE}: {REASON} (smartcard: {STATE}), {REMEDY}",
                     "DEVICE",
                     status_.device,
                     "REASON",
                     status_.reason,
                     "STATE",
                     status_.state,
                     "REMEDY",
                     "looking for it again and again");
    gateway_.onSmartcardChanged();
}

void Smartcard::goOn()
{
    isDeciding_ = false;
    gateway_.endCardWait();
    look(watch);
}

void Smartcard::tryLater()
{
    isDeciding_ = false;
    gateway_.endCardWait();
    if (!isStopped_)
        retry_.start(retryPeriod);
}

} // namespace causeway::agent
