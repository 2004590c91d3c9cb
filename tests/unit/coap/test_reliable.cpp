// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/coap/exchange_fixture.hpp"

/// An Exchange over a carrier that neither loses nor reorders (RFC 8323).

using namespace causeway;
using namespace std::chrono_literals;
using api::Delivery;
using model::OutcomeCode;
using tests::content;

namespace {

struct Fixture : tests::ExchangeFixture
{
    explicit Fixture(std::size_t largest = coap::largestMessage)
    {
        exchange->relyOnCarrier(largest);
    }

    void settle() { scheduler.advance(1ms); }

    [[nodiscard]] std::uint8_t lastCode() const { return last().header.code; }

    void notify(bool isConfirmable, base::Bytes payload)
    {
        exchange->notify({{7}, 1}, content(std::move(payload)), isConfirmable, [this](Delivery d) {
            deliveries.push_back(d);
        });
    }

    std::vector<Delivery> deliveries;
};

} // namespace

BOOST_AUTO_TEST_SUITE(reliable_carrier)

BOOST_AUTO_TEST_CASE(nothing_is_sent_twice)
{
    Fixture f;
    f.postRd();

    f.scheduler.advance(90s);

    BOOST_TEST(f.sent.size() == 1U);
    BOOST_TEST(f.results.empty());
    f.scheduler.advance(10s);
    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST(f.results[0].error().message == "the server has not answered the request");
    BOOST_TEST(f.lost.empty());
}

BOOST_AUTO_TEST_CASE(an_answer_ends_its_request)
{
    Fixture f;
    f.postRd();
    f.settle();

    f.respond(coap::MessageType::NonConfirmable, 0x41);

    BOOST_REQUIRE(f.results.size() == 1U);
    BOOST_TEST((f.results[0]->code == OutcomeCode::Created));
    BOOST_TEST(f.sent.size() == 1U); // not acknowledged
}

BOOST_AUTO_TEST_CASE(requests_that_look_alike_are_all_served)
{
    Fixture f;
    f.answer = content({1});

    for (int i = 0; i < 3; ++i)
        f.receive("51 02 0000 7f b1 33");

    BOOST_TEST(f.requests.size() == 3U);
    BOOST_TEST(f.sent.size() == 3U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_takes_its_time_is_announced_by_nothing)
{
    Fixture f;
    f.receive("51 01 0000 7f b1 33");

    f.scheduler.advance(30s);
    BOOST_TEST(f.sent.empty());
    f.waiting.front()(content({1}));
    f.scheduler.advance(300s);

    BOOST_TEST(f.sent.size() == 1U);
    BOOST_TEST(f.lastCode() == 0x45);
}

BOOST_AUTO_TEST_CASE(an_option_that_is_not_known_is_answered)
{
    Fixture f;

    f.receive("51 01 0000 7f 90"); // option 9

    BOOST_REQUIRE(f.sent.size() == 1U);
    BOOST_TEST(f.lastCode() == 0x82);
}

BOOST_AUTO_TEST_CASE(who_takes_no_requests_now_says_so)
{
    Fixture f;
    f.listens = false;

    f.receive("51 01 0000 7f b1 33");

    BOOST_TEST(f.requests.empty());
    BOOST_REQUIRE(f.sent.size() == 1U);
    BOOST_TEST(f.lastCode() == 0xA0);
}

// RFC 8323 §7.1: the order of arrival is the order of what was observed.
BOOST_AUTO_TEST_CASE(notifications_keep_their_order_whatever_they_are)
{
    Fixture f;
    f.postRd();
    f.notify(true, {1});
    f.notify(false, {2});
    f.notify(true, {3});
    f.settle();
    f.exchange->onHeard();

    BOOST_REQUIRE(f.sent.size() == 4U);
    for (std::uint8_t i = 1; i < 4; ++i)
        BOOST_TEST(Fixture::parse(f.sent[i]).payload[0] == i);
    BOOST_TEST(f.deliveries.size() == 2U); // of the confirmable ones
}

BOOST_AUTO_TEST_CASE(a_confirmable_notification_counts_when_the_peer_has_it)
{
    Fixture f;
    f.notify(true, {1});
    f.notify(true, {2});
    f.settle();
    BOOST_TEST(f.deliveries.empty());
    BOOST_TEST(f.questions == 1); // for both

    f.notify(true, {3}); // after the question
    f.settle();
    f.exchange->onHeard();
    BOOST_TEST(f.deliveries.size() == 2U);
    f.settle();
    BOOST_TEST(f.questions == 2);

    f.exchange->onHeard();
    BOOST_TEST(f.deliveries.size() == 3U);
    f.exchange->onHeard(); // whatever that is
    f.settle();
    BOOST_TEST(f.questions == 2);
}

BOOST_AUTO_TEST_CASE(what_the_peer_did_not_have_was_not_delivered)
{
    Fixture f;
    f.notify(true, {1});
    f.settle();

    f.exchange->abandon({base::ErrorKind::Unreachable, "gone"});

    BOOST_REQUIRE(f.deliveries.size() == 1U);
    BOOST_TEST((f.deliveries[0] == Delivery::TimedOut));
}

BOOST_AUTO_TEST_CASE(notifications_under_way_refuse_no_request)
{
    Fixture f;
    f.answer = content({1});
    for (std::size_t i = 0; i < coap::Outbox::mostEntries; ++i)
        f.notify(true, {1});

    f.receive("51 01 0000 7f b1 33");

    BOOST_TEST(f.lastCode() == 0x45);
    BOOST_TEST(f.answered == 1);
}

BOOST_AUTO_TEST_CASE(says_which_requests_are_not_answered_yet)
{
    Fixture f;
    BOOST_TEST(f.exchange->underWay().oldest == 0U);

    for (std::size_t i = 0; i < coap::Responder::mostPending; ++i) {
        BOOST_TEST(!f.exchange->underWay().isFull);
        f.receive("51 01 0000 7f b1 33");
    }
    BOOST_TEST(f.exchange->underWay().isFull);
    const auto newest = f.exchange->underWay().newest;
    f.waiting.front()(content({1}));

    BOOST_TEST(!f.exchange->underWay().isFull);
    BOOST_TEST(f.exchange->underWay().newest == newest);
    BOOST_TEST(f.exchange->underWay().oldest == 2U);
}

BOOST_AUTO_TEST_CASE(a_body_that_the_peer_takes_goes_as_a_whole)
{
    Fixture f(8000);
    f.answer = content(Fixture::body(5000));

    f.receive("51 01 0000 7f b1 33");
    BOOST_TEST(f.last().payload.size() == 5000U);
    BOOST_TEST(!f.last().block2);
    f.postRd(5000);
    BOOST_TEST(f.last().payload.size() == 5000U);
    BOOST_TEST(!f.last().block1);
    f.notify(false, Fixture::body(5000));
    BOOST_TEST(f.last().payload.size() == 5000U);
}

BOOST_AUTO_TEST_CASE(a_body_that_it_does_not_take_goes_in_blocks)
{
    Fixture f(8000);
    f.answer = content(Fixture::body(8000));

    f.receive("51 01 0000 7f b1 33");
    BOOST_REQUIRE(f.last().block2.has_value());
    BOOST_TEST(f.last().block2->hasMore);
    BOOST_TEST(f.last().payload.size() == 1024U);
    f.postRd(8000);
    BOOST_REQUIRE(f.last().block1.has_value());
    BOOST_TEST(f.last().payload.size() == 1024U);
}

BOOST_AUTO_TEST_CASE(who_asks_for_blocks_gets_blocks)
{
    Fixture f(8000);
    f.answer = content(Fixture::body(3000));

    f.receive("51 01 0000 7f b1 33 c1 02"); // Block2 0/0/64

    BOOST_TEST(f.last().payload.size() == 64U);
}

BOOST_AUTO_TEST_CASE(blocks_are_no_larger_than_a_small_peer_takes)
{
    Fixture f(100);
    f.answer = content(Fixture::body(300));

    base::Bytes body;
    for (int number = 0; number < 30; ++number) {
        // Block2: number, as we have cut so far.
        const auto value = static_cast<std::uint8_t>(number << 4U | (number == 0 ? 6U : 2U));
        if (number == 0)
            f.receive("51 01 0000 7f b1 33");
        else
            f.receive("51 01 0000 7f b1 33 c1 " + base::toHex(std::array{value}));
        BOOST_TEST(f.sent.back().size() <= 100U);
        const auto message = f.last();
        BOOST_REQUIRE(message.block2.has_value());
        BOOST_TEST(message.block2->exponent == 2);
        body.insert(body.end(), message.payload.begin(), message.payload.end());
        if (!message.block2->hasMore)
            break;
    }
    BOOST_TEST((body == Fixture::body(300)));
}

BOOST_AUTO_TEST_SUITE_END()
