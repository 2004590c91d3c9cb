// SPDX-License-Identifier: Apache-2.0
#include "agent/card/program/card_search.hpp"

#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "agent/base/unique_fd.hpp"
#include "agent/card/card_report.hpp"
#include "agent/card/program/digest.hpp"
#include "agent/card/program/pin.hpp"

namespace causeway::card {

using api::CardReport;
using api::CardSighting;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

/// Between two looks whether something has changed: OpenSC asks the reader once a second at most.
constexpr auto watchPeriod = 1s;
/// Without a card each look begins anew, and takes some 10 ms of CPU.
constexpr auto searchPeriod = 3s;
/// pcscd needs a moment to find the card again after a start of its own, and some seconds for USB
/// readers: that is no card taken out.
constexpr auto cardGrace = 1s;
constexpr auto readerGrace = 10s;

steady_clock::duration graceOf(CardSighting sighting)
{
    if (sighting == CardSighting::NoReader)
        return readerGrace;
    return sighting == CardSighting::NoCard ? cardGrace : 0s;
}

/// Whether somebody listens where pcscd does; systemd starts it by that. Without it OpenSC says
/// that there is no reader, which is another thing.
bool isServiceThere()
{
    const char* const given = std::getenv("PCSCLITE_CSOCK_NAME");
    const std::string path = given != nullptr ? given : "/run/pcscd/pcscd.comm";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return false;
    std::memcpy(&address.sun_path[0], path.data(), path.size());
    const base::UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    // The socket API takes every family's address by this one's type.
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address); // NOLINT
    return probe.isOpen() && ::connect(probe.get(), generic, sizeof address) == 0;
}

CardReport sighted(CardSighting sighting, std::string_view reason)
{
    CardReport report;
    report.sighting = sighting;
    report.reason = printable(reason);
    return report;
}

} // namespace

CardReport CardSearch::run()
{
    const auto deadline = steady_clock::now() + settings_.patience;
    bool wasOut = false;
    for (;;) {
        auto report = look();
        report.digest = digestOf(report, settings_.salt);
        const bool isKnown = report.digest == settings_.known;
        if (isKnown)
            report.content = {}; // who knows it has it
        // Without the PIN nobody sees whether it still holds what it did.
        if (isKnown && wasOut && report.sighting == CardSighting::PinUntried)
            report.digest.clear();
        if (!isKnown || report.digest.empty() || steady_clock::now() >= deadline)
            return report;
        wasOut = token_.has_value();
        do
            std::this_thread::sleep_for(token_ ? watchPeriod : searchPeriod);
        while (!hasChanged() && steady_clock::now() < deadline);
        if (steady_clock::now() >= deadline && !hasChanged())
            return report;
    }
}

bool CardSearch::hasChanged() const
{
    return !token_ || !token_->isThere();
}

CardReport CardSearch::look()
{
    const auto begin = steady_clock::now();
    auto report = lookOnce();
    while (!settings_.known.empty() && steady_clock::now() - begin < graceOf(report.sighting)) {
        if (digestOf(report, settings_.salt) == settings_.known)
            break;
        std::this_thread::sleep_for(watchPeriod / 2);
        report = lookOnce();
    }
    return report;
}

CardReport CardSearch::lookOnce()
{
    token_.reset();
    module_.reset(); // or it goes on with a pcscd that has ended
    auto module = Module::open(settings_.module);
    if (!module)
        return sighted(module.error().kind == base::ErrorKind::NotSupported
                           ? CardSighting::NoSupport
                           : CardSighting::NoService,
                       module.error().message);
    module_.emplace(std::move(*module));
    const auto readers = module_->slots(false);
    const auto slots = readers ? module_->slots(true) : readers;
    if ((!slots || readers->empty()) && !isServiceThere())
        return sighted(CardSighting::NoService, "pcscd does not run");
    if (!slots)
        return sighted(CardSighting::NoService, slots.error().message);
    if (readers->empty())
        return sighted(CardSighting::NoReader, "there is no smartcard reader");
    pinSlot_.reset();
    givesPin_ = false;
    auto best = lookThrough(*slots);
    // The PIN goes to one card, when none gives the information without: each try counts.
    givesPin_ = best.sighting == CardSighting::PinUntried && best.serial == settings_.pinFor;
    if (givesPin_)
        best = lookThrough(*slots);
    if (best.sighting == CardSighting::NoCard && !isServiceThere())
        return sighted(CardSighting::NoService, "pcscd does not run");
    return best;
}

CardReport CardSearch::lookThrough(const std::vector<CK_SLOT_ID>& slots)
{
    auto best = sighted(CardSighting::NoCard, "there is no card in the reader");
    for (const auto slot : slots) {
        auto report = lookInto(slot);
        // That a try was made must be told, whatever else is in a reader: there are few of them.
        if (report.sighting == CardSighting::PinRefused ||
            (report.sighting >= best.sighting && best.sighting != CardSighting::PinRefused))
            best = std::move(report);
        if (best.sighting == CardSighting::Information)
            break;
    }
    return best;
}

CardReport CardSearch::lookInto(CK_SLOT_ID slot)
{
    auto token = Token::open(*module_, slot);
    if (!token)
        return sighted(CardSighting::Unreadable, token.error().message);
    if (!isWanted(*token))
        return sighted(CardSighting::NoCard,
                       fmt::format("the card {} ({}) is not the one that is wanted",
                                   token->label(),
                                   token->serial()));
    token_.reset();
    token_.emplace(std::move(*token));
    CardReport report;
    report.label = token_->label();
    report.serial = token_->serial();
    if (!readInto(report) || !token_->wantsPin())
        return report;
    report.sighting = CardSighting::PinNeeded;
    const auto pin = readPin();
    if (!mayTry(pin, report))
        return report;
    if (pinSlot_.value_or(slot) != slot) {
        report.reason = "another card is given the PIN: say in Card= which one is meant";
        return report;
    }
    pinSlot_ = slot;
    report.sighting = CardSighting::PinUntried;
    report.reason = "the card wants its PIN";
    if (givesPin_)
        enterPin(**pin, report);
    return report;
}

bool CardSearch::isWanted(const Token& token) const
{
    return settings_.card.empty() || settings_.card == token.label() ||
           settings_.card == token.serial();
}

bool CardSearch::readInto(CardReport& report)
{
    auto content = token_->readBootstrap();
    if (!content) {
        report.sighting = CardSighting::Unreadable;
        report.reason = content.error().message;
        return content.error().kind == base::ErrorKind::Refused;
    }
    if (!*content) {
        report.sighting = CardSighting::Foreign;
        report.reason = "the card has no LwM2M bootstrap information";
        return true;
    }
    report.sighting = CardSighting::Information;
    report.reason.clear();
    report.content = std::move(**content);
    return false;
}

bool CardSearch::mayTry(const base::Expected<std::optional<base::Secret>>& pin,
                        CardReport& report) const
{
    if (!pin)
        report.reason = pin.error().message;
    else if (!*pin)
        report.reason = "the card wants a PIN: give it as the systemd credential smartcard-pin";
    else if (token_->isPinInDanger())
        report.reason =
            "the card has been given a wrong PIN: it is not tried again before somebody "
            "has given it the right one";
    else
        return true;
    return false;
}

void CardSearch::enterPin(const base::Secret& pin, CardReport& report)
{
    settings_.pinFor.reset(); // it is for once
    if (auto entered = token_->login(pin); !entered) {
        report.sighting = CardSighting::PinRefused; // whatever went wrong, it may have been a try
        report.reason = entered.error().message;
        return;
    }
    readInto(report);
}

} // namespace causeway::card
