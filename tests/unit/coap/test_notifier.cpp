// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/unit/coap/exchange_fixture.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using api::Delivery;
using coap::MessageType;
using tests::ExchangeFixture;

namespace {

struct NotifierFixture : ExchangeFixture
{
    void notify(bool isConfirmable, std::uint8_t tokenOctet = 0xaa, std::size_t size = 1)
    {
        api::Response response = tests::content(body(size));
        response.observe = ++sequence;
        exchange->notify(
            {{tokenOctet}, 1}, response, isConfirmable, [this, tokenOctet](Delivery delivery) {
                deliveries.push_back(delivery);
                delivered.push_back(tokenOctet);
            });
    }

    void receiveEmpty(MessageType type)
    {
        receive(coap::writeEmpty(type, last().header.messageId));
    }

    std::uint32_t sequence = 0;
    std::vector<Delivery> deliveries;
    std::vector<int> delivered; ///< the octets of their tokens
};

} // namespace

BOOST_AUTO_TEST_SUITE(notifier)

BOOST_AUTO_TEST_CASE(a_non_confirmable_notification_is_sent_and_nobody_told_more)
{
    NotifierFixture f;

    f.notify(false);
    f.scheduler.advance(0s);

    BOOST_TEST((f.last().header.type == MessageType::NonConfirmable));
    BOOST_TEST((f.last().observe == 1U));
    BOOST_TEST(f.deliveries.empty());
}

BOOST_AUTO_TEST_CASE(a_reset_finds_the_non_confirmable_notification_it_names)
{
    NotifierFixture f;
    f.notify(false, 1);
    f.notify(false, 2);
    const auto messageId = f.last().header.messageId;
    f.notify(false, 3);

    f.receive(coap::writeEmpty(MessageType::Reset, messageId));

    BOOST_REQUIRE(f.resets.size() == 1U);
    BOOST_TEST(f.resets[0].octets[0] == 2);
}

BOOST_AUTO_TEST_CASE(a_reset_finds_the_first_of_as_many_as_can_be_observed)
{
    NotifierFixture f;
    f.notify(false, 1);
    const auto messageId = f.last().header.messageId;
    for (std::size_t i = 1; i < coap::Notifier::mostObserved; ++i)
        f.notify(false, static_cast<std::uint8_t>(i + 1));

    f.receive(coap::writeEmpty(MessageType::Reset, messageId));

    BOOST_REQUIRE(f.resets.size() == 1U);
    BOOST_TEST(f.resets[0].octets[0] == 1);
}

BOOST_AUTO_TEST_CASE(a_reset_and_a_lost_acknowledgement_are_told_of_the_notification_they_hit)
{
    NotifierFixture f;
    f.notify(true, 1);
    f.notify(true, 2);
    f.notify(true, 3);
    f.receiveEmpty(MessageType::Acknowledgement);
    f.receiveEmpty(MessageType::Reset);
    f.scheduler.advance(94s);

    const std::vector<int> expected{1, 2, 3};
    BOOST_TEST(f.delivered == expected, boost::test_tools::per_element());
    BOOST_TEST((f.deliveries.at(0) == Delivery::Acknowledged));
    BOOST_TEST((f.deliveries.at(1) == Delivery::Reset));
    BOOST_TEST((f.deliveries.at(2) == Delivery::TimedOut));
}

BOOST_AUTO_TEST_CASE(a_confirmable_notification_ends_with_its_acknowledgement_or_reset)
{
    NotifierFixture f;
    f.notify(true);
    f.receiveEmpty(MessageType::Acknowledgement);
    f.notify(true);
    f.receiveEmpty(MessageType::Reset);

    BOOST_REQUIRE(f.deliveries.size() == 2U);
    BOOST_TEST((f.deliveries[0] == Delivery::Acknowledged));
    BOOST_TEST((f.deliveries[1] == Delivery::Reset));
    BOOST_TEST(!f.scheduler.hasTimers());
}

BOOST_AUTO_TEST_CASE(a_confirmable_notification_that_times_out_loses_the_peer_afterwards)
{
    NotifierFixture f;
    f.notify(true);
    f.notify(true);

    f.scheduler.advance(94s);

    BOOST_TEST(f.sent.size() == 5U);
    BOOST_REQUIRE(f.deliveries.size() == 2U);
    BOOST_TEST((f.deliveries[1] == Delivery::TimedOut));
    BOOST_TEST(f.lost.size() == 1U);
}

BOOST_AUTO_TEST_CASE(confirmable_notifications_go_one_at_a_time)
{
    NotifierFixture f;
    f.notify(true);
    f.notify(true);
    BOOST_TEST(f.sent.size() == 1U);

    f.receiveEmpty(MessageType::Acknowledgement);

    BOOST_TEST(f.sent.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_silent_server_cannot_make_notifications_pile_up)
{
    NotifierFixture f;
    for (std::size_t i = 0; i <= coap::Outbox::mostEntries; ++i)
        f.notify(true);

    f.scheduler.advance(0s);

    BOOST_REQUIRE(f.deliveries.size() == 1U);
    BOOST_TEST((f.deliveries[0] == Delivery::TimedOut));
}

BOOST_AUTO_TEST_CASE(a_large_notification_continues_from_the_body_it_began_with)
{
    NotifierFixture f;
    f.answer = tests::content({'o', 'l', 'd'});
    f.answer->observe = 0;
    f.receive("41 01 1234 aa 60 51 33"); // observe /3
    f.notify(false, 0xaa, 2000);
    const auto first = f.last();
    BOOST_TEST((first.block2 == coap::Block{0, true, 6}));
    const base::Bytes etag(first.etag.begin(), first.etag.end());

    f.receive("41 01 1235 bb b1 33 c1 16"); // the same without Observe, block 1

    BOOST_TEST(f.requests.size() == 1U);
    const auto second = f.last();
    BOOST_TEST((second.block2 == coap::Block{1, false, 6}));
    BOOST_TEST(second.etag == base::ByteView(etag), boost::test_tools::per_element());
    BOOST_TEST(!second.observe);
    BOOST_TEST(second.payload.size() == 2000U - 1024U);
}

BOOST_AUTO_TEST_CASE(a_reset_of_a_separate_first_notification_ends_the_observation)
{
    NotifierFixture f;
    f.receive("41 01 1234 aa 60 51 33");
    f.scheduler.advance(1s);
    api::Response response = tests::content({'x'});
    response.observe = 0;
    f.waiting.front()(response);

    f.receiveEmpty(MessageType::Reset);

    BOOST_REQUIRE(f.resets.size() == 1U);
    BOOST_TEST(f.resets[0].octets[0] == 0xaa);
}

BOOST_AUTO_TEST_SUITE_END()
