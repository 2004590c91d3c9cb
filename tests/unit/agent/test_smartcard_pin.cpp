// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/unit/agent/card_site.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using api::CardSighting;
using tests::CardSite;

namespace {

const std::string uri = "coaps://127.0.0.3";
const std::optional<std::string> nobody;
const std::optional<std::string> ours = "0102";

/// A card in the reader that wants its PIN.
struct PinSite : CardSite
{
    PinSite() { smartcard->start(); }

    /// What is on disk of a card that counts as one that has refused its PIN.
    std::string onDisk() const
    {
        const auto device = store.kept().clientStates.find("meter-1");
        if (device == store.kept().clientStates.end())
            return {};
        const auto kept = device->second.find(api::refusedCardKey);
        return kept == device->second.end() ? std::string() : kept->second;
    }

    void refuse()
    {
        see(CardSighting::PinUntried, "wants");
        see(CardSighting::PinRefused, "refused");
    }

    void takeOut() { see(CardSighting::NoCard, "none"); }

    /// Behind whatever would have been asked of the store by now.
    void settle()
    {
        (void)ask([&](auto done) { store.keepClientState("meter-1", {}, std::move(done)); });
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(smartcard_pin, PinSite)

BOOST_AUTO_TEST_CASE(is_given_when_it_is_on_disk_that_it_is)
{
    BOOST_TEST((reader.query.pinFor == nobody));
    const auto looks = reader.looks;
    reader.see(CardSighting::PinUntried, "wants");
    BOOST_TEST(reader.looks == looks);

    until([&] { return reader.looks > looks; });
    BOOST_TEST((reader.query.pinFor == ours));
    BOOST_TEST(reader.query.patience.count() == 0);
    BOOST_TEST(onDisk() == ":0102");

    insert(uri, "a");
    until([&] { return accounts() == cards; });
    BOOST_TEST(state() == "in-use");
    BOOST_TEST(onDisk() == "");
    BOOST_TEST((reader.query.pinFor == nobody));
}

BOOST_AUTO_TEST_CASE(is_given_to_nobody_while_nothing_can_be_kept)
{
    store.failWith(base::Error{base::ErrorKind::StorageFailed, "the disk is full", {}});
    const auto looks = reader.looks;

    for (int tries = 0; tries < 3; ++tries) {
        reader.see(CardSighting::PinUntried, "wants");
        settle();
        BOOST_TEST(state() == "pin-needed");
        BOOST_TEST(reader.looks == looks + tries);
        clock.advance(10s);
        BOOST_TEST((reader.query.pinFor == nobody));
    }
    BOOST_TEST(smartcard->smartcard().reason.find("the disk is full") != std::string::npos);

    store.failWith(std::nullopt);
    see(CardSighting::PinUntried, "wants");
    BOOST_TEST((reader.query.pinFor == ours));
}

BOOST_AUTO_TEST_CASE(is_not_given_again_by_a_daemon_that_was_killed_meanwhile)
{
    see(CardSighting::PinUntried, "wants");
    BOOST_TEST((reader.query.pinFor == ours));

    startAgain();
    see(CardSighting::PinUntried, "wants");

    BOOST_TEST((reader.query.pinFor == nobody));
    BOOST_TEST(state() == "pin-refused");
    BOOST_TEST(smartcard->smartcard().reason.find("take the card out") != std::string::npos);
    until([&] { return accounts() == operators; });
    takeOut();
    see(CardSighting::PinUntried, "wants");
    BOOST_TEST((reader.query.pinFor == ours));
}

BOOST_AUTO_TEST_CASE(is_given_at_each_start_while_it_is_right)
{
    for (int start = 0; start < 3; ++start) {
        see(CardSighting::PinUntried, "wants");
        BOOST_TEST((reader.query.pinFor == ours));
        insert(uri, "a");
        until([&] { return state() == "in-use" && onDisk().empty(); });
        startAgain();
    }
}

BOOST_AUTO_TEST_CASE(is_given_once_for_each_time_the_card_is_put_in)
{
    see(CardSighting::PinUntried, "wants");
    insert(uri, "a");

    for (int looks = 0; looks < 3; ++looks) { // what it wants is known
        BOOST_TEST(reader.query.known == "wants");
        see(CardSighting::PinUntried, "wants");
        BOOST_TEST((reader.query.pinFor == nobody));
    }
    BOOST_TEST(state() == "in-use");

    see(CardSighting::PinUntried, ""); // out and in again
    BOOST_TEST((reader.query.pinFor == ours));
    see(CardSighting::Information, "a");
    BOOST_TEST(state() == "in-use");
    BOOST_TEST(reader.query.known == "wants");
}

BOOST_AUTO_TEST_CASE(that_is_right_is_kept_as_such_as_soon_as_that_is_possible)
{
    see(CardSighting::PinUntried, "wants");
    store.failWith(base::Error{base::ErrorKind::Locked, "the key store is locked", {}});
    reader.see(CardSighting::Information, "a", fakes::goodCard(uri, definitions));
    until([&] { return state() == "refused"; });
    BOOST_TEST(onDisk() == ":0102");

    store.failWith(std::nullopt);
    clock.advance(10s);

    until([&] { return onDisk().empty(); });
}

BOOST_AUTO_TEST_CASE(that_was_refused_is_not_given_again)
{
    refuse();
    BOOST_TEST(state() == "pin-refused");
    BOOST_TEST(onDisk() == ":0102");

    see(CardSighting::PinUntried, "wants");
    BOOST_TEST((reader.query.pinFor == nobody));
    see(CardSighting::PinNeeded, "in danger");
    BOOST_TEST(state() == "pin-refused");

    takeOut();
    settle();
    BOOST_TEST(onDisk() == "");
    see(CardSighting::PinUntried, "wants");
    BOOST_TEST((reader.query.pinFor == ours));
}

BOOST_AUTO_TEST_CASE(that_was_refused_is_not_given_again_after_a_restart)
{
    refuse();

    startAgain();
    see(CardSighting::PinUntried, "wants");

    BOOST_TEST((reader.query.pinFor == nobody));
    BOOST_TEST(state() == "pin-refused");
}

// A power cut at a site where nobody is.
BOOST_AUTO_TEST_CASE(is_given_once_more_from_afar_by_another_attempt)
{
    see(CardSighting::PinUntried, "wants");
    BOOST_TEST(onDisk() == ":0102");
    startAgain();
    see(CardSighting::PinUntried, "wants");
    BOOST_TEST(state() == "pin-refused");
    BOOST_TEST(smartcard->smartcard().reason.find("PinAttempt=") != std::string::npos);

    pinAttempt = "2027-01-08";
    startAgain();
    see(CardSighting::PinUntried, "wants");
    BOOST_TEST((reader.query.pinFor == ours));
    BOOST_TEST(onDisk() == "2027-01-08:0102");

    insert(uri, "a");
    until([&] { return state() == "in-use" && onDisk().empty(); });
}

BOOST_AUTO_TEST_CASE(is_given_once_and_no_more_for_each_attempt)
{
    refuse();
    for (const auto* attempt : {"second", "third"}) {
        pinAttempt = attempt;
        startAgain();
        refuse();
        BOOST_TEST(state() == "pin-refused");
        BOOST_TEST(onDisk() == std::string(attempt) + ":0102");

        startAgain();
        see(CardSighting::PinUntried, "wants");
        BOOST_TEST((reader.query.pinFor == nobody), attempt);
        BOOST_TEST(state() == "pin-refused");
    }
}

BOOST_AUTO_TEST_CASE(that_was_refused_is_not_given_again_to_a_card_that_is_not_seen_well)
{
    refuse();
    reader.serial.clear();
    see(CardSighting::NoService, "no pcscd");
    see(CardSighting::Unreadable, "fails");
    reader.serial = "0102";

    see(CardSighting::PinUntried, "wants it anew");
    BOOST_TEST((reader.query.pinFor == nobody));

    reader.serial = "0304";
    see(CardSighting::PinUntried, "another one wants it");
    BOOST_TEST((reader.query.pinFor == reader.serial));
}

BOOST_AUTO_TEST_CASE(is_not_given_again_to_a_card_that_fell_silent_over_it)
{
    see(CardSighting::PinUntried, "wants");
    reader.fail(base::ErrorKind::Timeout);
    BOOST_TEST(state() == "silent");
    clock.advance(10s);

    see(CardSighting::PinUntried, "wants");

    BOOST_TEST((reader.query.pinFor == nobody));
    BOOST_TEST(state() == "pin-refused");
}

BOOST_AUTO_TEST_CASE(is_given_again_when_what_it_opened_could_not_be_read)
{
    see(CardSighting::PinUntried, "wants");
    reader.see(CardSighting::Unreadable, "fails");
    BOOST_TEST(state() == "unreadable");

    clock.advance(10s);
    see(CardSighting::PinUntried, "wants");

    BOOST_TEST((reader.query.pinFor == ours));
}

BOOST_AUTO_TEST_CASE(that_was_refused_is_known_to_a_device_that_is_attached_anew)
{
    refuse();
    BOOST_TEST(detach("meter-1") == "");
    BOOST_TEST(attach(device()) == "");
    BOOST_TEST(onDisk() == "");

    smartcard->onAccountsChanged();
    settle();

    BOOST_TEST(onDisk() == ":0102");
    startAgain();
    see(CardSighting::PinUntried, "wants");
    BOOST_TEST((reader.query.pinFor == nobody));
}

BOOST_AUTO_TEST_CASE(is_given_as_soon_as_there_is_the_device)
{
    BOOST_TEST(detach("meter-1") == "");
    see(CardSighting::PinUntried, "wants");
    BOOST_TEST(state() == "no-device");
    BOOST_TEST((reader.query.pinFor == nobody));

    BOOST_TEST(attach(device()) == "");
    smartcard->onAccountsChanged();
    see(CardSighting::PinUntried, "wants");

    BOOST_TEST((reader.query.pinFor == ours));
}

BOOST_AUTO_TEST_CASE(is_heard_of_before_the_daemon_ends)
{
    see(CardSighting::PinUntried, "wants");
    bool isStopped = false;
    smartcard->stop([&] { isStopped = true; });
    settle();
    BOOST_TEST(!isStopped);

    reader.see(CardSighting::Information, "a", fakes::goodCard(uri, definitions));

    until([&] { return isStopped; });
    BOOST_TEST(onDisk() == "");
}

BOOST_AUTO_TEST_CASE(is_not_given_by_a_daemon_that_ends)
{
    const auto looks = reader.looks;
    reader.see(CardSighting::PinUntried, "wants");
    bool isStopped = false;
    smartcard->stop([&] { isStopped = true; });

    until([&] { return isStopped; });

    BOOST_TEST(reader.looks == looks);
    BOOST_TEST(onDisk() == "");
}

BOOST_AUTO_TEST_CASE(is_not_waited_for_at_the_end_when_the_card_hangs)
{
    see(CardSighting::PinUntried, "wants");
    bool isStopped = false;
    smartcard->stop([&] { isStopped = true; });

    clock.advance(5s);

    BOOST_TEST(isStopped);
    BOOST_TEST(onDisk() == ":0102");
}

BOOST_AUTO_TEST_SUITE_END()
