// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/unit/agent/card_site.hpp"

using namespace causeway;
using api::CardSighting;
using tests::CardSite;

namespace {

const std::string uri = "coaps://127.0.0.3";

} // namespace

BOOST_FIXTURE_TEST_SUITE(smartcard, CardSite)

BOOST_AUTO_TEST_CASE(is_looked_for_before_the_device_registers)
{
    smartcard->start();
    loop.runOnce(std::chrono::milliseconds(1));
    BOOST_TEST(transport.peers.empty());
    BOOST_TEST(state() == "starting");

    insert(uri, "a");

    until([&] { return transport.peers.size() == 1; });
    BOOST_TEST(transport.peer().settings.uri == uri);
    until([&] { return accounts() == cards; });
    BOOST_TEST(state() == "in-use");
    BOOST_TEST(smartcard->smartcard().serial == "0102");
}

BOOST_AUTO_TEST_CASE(without_a_card_the_device_has_the_operators_account)
{
    smartcard->start();

    see(CardSighting::NoCard, "none");

    until([&] { return transport.peers.size() == 1; });
    BOOST_TEST(transport.peer().settings.uri == "coaps://127.0.0.1");
    BOOST_TEST(state() == "no-card");
}

BOOST_AUTO_TEST_CASE(a_reader_that_hangs_does_not_keep_the_device_waiting)
{
    smartcard->start();

    reader.fail(base::ErrorKind::Timeout);

    until([&] { return transport.peers.size() == 1; });
    until([&] { return accounts() == operators; });
    BOOST_TEST(state() == "silent");
}

BOOST_AUTO_TEST_CASE(that_is_gone_takes_its_accounts_along)
{
    smartcard->start();
    insert(uri, "a");

    see(CardSighting::NoCard, "none");

    until([&] { return accounts() == operators; });
    BOOST_TEST(store.kept().bootstrapped.empty());
    BOOST_TEST(store.kept().clientStates.at("meter-1").empty());
    BOOST_TEST(state() == "no-card");
}

BOOST_AUTO_TEST_CASE(that_cannot_be_seen_keeps_its_accounts)
{
    smartcard->start();
    insert(uri, "a");

    for (const auto sighting : {CardSighting::NoSupport,
                                CardSighting::NoService,
                                CardSighting::PinNeeded,
                                CardSighting::Unreadable}) {
        see(sighting, "b" + std::to_string(static_cast<int>(sighting)));
        until([&] { return accounts() == cards; });
    }
}

BOOST_AUTO_TEST_CASE(another_one_that_cannot_be_read_ends_the_accounts)
{
    smartcard->start();
    insert(uri, "a");
    reader.serial = "0304";

    see(CardSighting::PinNeeded, "b");

    until([&] { return accounts() == operators; });
}

BOOST_AUTO_TEST_CASE(another_one_replaces_the_accounts)
{
    smartcard->start();
    insert(uri, "a");
    until([&] { return transport.peers.size() == 1; });

    insert("coaps://127.0.0.4", "b");
    until([&] { return transport.peers.size() == 2; });

    BOOST_TEST(transport.peer().settings.uri == "coaps://127.0.0.4");
    until([&] { return accounts() == cards; });
}

BOOST_AUTO_TEST_CASE(with_bad_content_is_refused_and_ends_the_former_accounts)
{
    smartcard->start();
    insert(uri, "a");
    const auto looks = reader.looks;

    reader.see(CardSighting::Information, "b", base::Bytes{0, 1});
    until([&] { return reader.looks > looks; });

    until([&] { return accounts() == operators; });
    BOOST_TEST(state() == "refused");
    BOOST_TEST(smartcard->smartcard().reason ==
               "the card's bootstrap information is shorter than it says");
}

BOOST_AUTO_TEST_CASE(that_the_store_cannot_take_now_ends_nothing)
{
    smartcard->start();
    insert(uri, "a");
    store.failWith(base::Error{base::ErrorKind::Locked, "the key store is locked", {}});

    reader.see(CardSighting::Information, "b", fakes::goodCard("coaps://127.0.0.4", definitions));
    until([&] { return state() == "refused"; });
    store.failWith(std::nullopt);
    // Behind whatever would have been asked of the store by now.
    BOOST_TEST(ask([&](auto done) { store.keepClientState("meter-1", {}, std::move(done)); }) ==
               "");

    BOOST_TEST(store.kept().bootstrapped.contains("meter-1"));
    until([&] { return accounts() == cards; });
    const auto looks = reader.looks;
    clock.advance(std::chrono::seconds(10));
    BOOST_TEST(reader.looks == looks + 1);
    insert("coaps://127.0.0.4", "b");
    BOOST_TEST(state() == "in-use");
}

BOOST_AUTO_TEST_CASE(with_the_same_content_changes_nothing_at_the_next_start)
{
    smartcard->start();
    insert(uri, "a");
    until([&] { return transport.peers.size() == 1; });
    const auto salt = reader.query.salt;

    startAgain();

    BOOST_TEST(reader.query.known == "a");
    BOOST_TEST(reader.query.salt == salt);
    see(CardSighting::Information, "a");
    until([&] { return transport.peers.size() == 2; });
    BOOST_TEST(transport.peer().settings.uri == uri);
    BOOST_TEST(state() == "in-use");
}

BOOST_AUTO_TEST_CASE(waits_for_its_device)
{
    BOOST_TEST(detach("meter-1") == "");
    smartcard->start();
    insert(uri, "a");
    BOOST_TEST(state() == "no-device");

    BOOST_TEST(attach(device()) == "");
    smartcard->onAccountsChanged();

    BOOST_TEST(reader.query.known == "");
    insert(uri, "a");
    until([&] { return accounts() == cards; });
}

BOOST_AUTO_TEST_CASE(is_read_again_when_its_accounts_are_replaced)
{
    smartcard->start();
    insert(uri, "a");
    BOOST_TEST(add(server("other", 2)) == "");
    auto settings = device();
    settings.servers = {"other"};
    BOOST_TEST(change(settings) == "");
    const auto looks = reader.looks;

    smartcard->onAccountsChanged();

    BOOST_TEST(reader.looks == looks + 1);
    insert(uri, "a");
    until([&] { return accounts() == cards; });
}

BOOST_AUTO_TEST_CASE(that_cannot_be_opened_is_not_ours_after_a_while)
{
    smartcard->start();
    insert(uri, "a");
    reader.serial.clear();

    see(CardSighting::Unreadable, "b");
    until([&] { return accounts() == cards; });
    clock.advance(std::chrono::seconds(20));
    see(CardSighting::Unreadable, "b");

    until([&] { return accounts() == operators; });
    BOOST_TEST(state() == "unreadable");
}

BOOST_AUTO_TEST_CASE(that_cannot_be_opened_after_a_restart_is_not_ours_either)
{
    smartcard->start();
    insert(uri, "a");
    reader.serial.clear();
    startAgain();

    see(CardSighting::Unreadable, "b");
    see(CardSighting::Unreadable, "c"); // for another reason
    clock.advance(std::chrono::seconds(20));
    see(CardSighting::Unreadable, "c");

    until([&] { return accounts() == operators; });
}

BOOST_AUTO_TEST_CASE(that_can_be_opened_again_is_the_same)
{
    smartcard->start();
    insert(uri, "a");
    until([&] { return transport.peers.size() == 1; });
    reader.serial.clear();
    see(CardSighting::Unreadable, "b");

    reader.serial = "0102";
    see(CardSighting::Information, "a"); // nothing to read: it is known
    clock.advance(std::chrono::seconds(20));

    BOOST_TEST(state() == "in-use");
    BOOST_TEST(transport.peers.size() == 1U);
    until([&] { return accounts() == cards; });
}

BOOST_AUTO_TEST_CASE(that_was_refused_is_tried_again_when_something_has_changed)
{
    smartcard->start();
    see(CardSighting::Information, "a"); // no content
    BOOST_TEST(state() == "refused");
    const auto looks = reader.looks;

    smartcard->onAccountsChanged();
    smartcard->onAccountsChanged();
    BOOST_TEST(reader.looks == looks);
    clock.advance(std::chrono::seconds(1));

    BOOST_TEST(reader.looks == looks + 1);
    BOOST_TEST(reader.query.known == "");
    insert(uri, "a");
    until([&] { return accounts() == cards; });
}

BOOST_AUTO_TEST_SUITE_END()
