// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <boost/test/unit_test.hpp>

#include "agent/coap/framed_channel.hpp"
#include "tests/unit/coap/tcp_fixture.hpp"

/// Sessions over TCP (RFC 8323) with a byte-level peer.

using namespace causeway;
using namespace std::chrono_literals;
using api::SecurityMode;
using base::ErrorKind;
using tests::contains;
using tests::ourSettings;
using Fixture = tests::TcpFixture;

BOOST_AUTO_TEST_SUITE(tcp)

BOOST_AUTO_TEST_CASE(is_connected_when_both_have_said_what_they_take)
{
    Fixture f;
    f.session = f.open(f.uri(), SecurityMode::NoSec);
    BOOST_TEST(f.runUntil([&] { return f.peer.heard() == ourSettings; }));
    BOOST_TEST(!f.listener.facts.has_value());

    f.peer.send("00e1");

    BOOST_TEST(f.runUntil([&] { return f.listener.facts.has_value(); }));
    BOOST_TEST(f.listener.facts->isReliable);
    BOOST_TEST((f.listener.facts->securityMode == SecurityMode::NoSec));
}

BOOST_AUTO_TEST_CASE(requests_go_both_ways_without_types_and_message_ids)
{
    Fixture f;
    f.connectWhole();

    f.peer.send("21 01 7f b1 33"); // GET /3
    BOOST_TEST(f.hears("21457fff33"));
    BOOST_TEST(f.listener.requests.size() == 1U);

    api::Request request;
    request.method = api::Method::Post;
    request.path = {"rd"};
    std::optional<base::Expected<api::Response>> result;
    f.session->request(std::move(request), [&](auto answer) { result = std::move(answer); });
    BOOST_TEST(f.runUntil([&] { return f.peer.heard().size() == (6U + 5 + 13) * 2; }));
    const std::string asked = f.peer.heard().substr((6U + 5) * 2);
    BOOST_TEST(asked.substr(0, 4) == "3802");
    BOOST_TEST(asked.substr(20) == "b27264");
    f.peer.send("0841" + asked.substr(4, 16));
    BOOST_TEST(f.runUntil([&] { return result.has_value(); }));
    BOOST_TEST(((*result)->code == model::OutcomeCode::Created));
}

BOOST_AUTO_TEST_CASE(messages_may_come_in_pieces_and_together)
{
    Fixture f;
    f.connectWhole();

    for (const std::string octet : {"21", "01", "7f", "b1"}) {
        f.peer.send(octet);
        f.loop.runOnce(5ms);
    }
    f.peer.send("33 0000 21017fb134 0000"); // with empty messages between

    BOOST_TEST(f.hears("21457fff33"
                       "21457fff34"));
}

BOOST_AUTO_TEST_CASE(a_server_that_says_nothing_is_given_up)
{
    Fixture f({true, 200ms});
    f.session = f.open(f.uri(), SecurityMode::NoSec);

    BOOST_TEST(f.isClosed());

    BOOST_TEST(contains(f.reason(), "has not said what it takes"), f.reason());
    BOOST_TEST((f.listener.closed.front().kind == ErrorKind::Timeout));
}

BOOST_AUTO_TEST_CASE(what_breaks_the_protocol_is_aborted_with_the_reason)
{
    struct Row
    {
        std::string octets;
        std::string reason;
        bool isFirst = false;
    };

    for (const Row& row : {Row{"21017fb133", "the first message is no CSM", true},
                           Row{"00e2", "the first message is no CSM", true},
                           Row{"485454502f312e3120343030204e6f",
                               "the first message is no CSM",
                               true}, // "HTTP/1.1 400 No"
                           Row{"10e110", "option 1 of a 7.01 message is not known", true},
                           Row{"10e210", "option 1 of a 7.02 message is not known"},
                           Row{"0f01", "a token of more than 8 octets"},
                           Row{"f0ffffffff", "a message of 4295033"},
                           Row{"e00370", "a message of 1153 octets"},
                           Row{"1001d0", "an option runs over the end of the message"},
                           Row{"1001ff", "a payload marker with no payload behind it"},
                           Row{"1045ff", "a payload marker with no payload behind it"},
                           Row{"10e1ff", "a payload marker with no payload behind it"}}) {
        Fixture f;
        row.isFirst ? f.connect(row.octets) : f.connectWhole();
        if (!row.isFirst)
            f.peer.send(row.octets);

        BOOST_TEST(f.isClosed(), row.octets);
        BOOST_TEST(contains(f.reason(), "the server breaks RFC 8323: " + row.reason), f.reason());
        BOOST_TEST(f.runUntil([&] { return f.peer.hasEnded(); }));
        const auto text = base::toHex(base::asBytes(row.reason.substr(0, 12)));
        BOOST_TEST(contains(f.peer.heard(), "ff" + text), row.octets);
    }
}

// RFC 8323 §5.6: 7.05, option 2 names the option.
BOOST_AUTO_TEST_CASE(settings_that_must_be_understood_and_are_not_are_named)
{
    Fixture f;

    f.connect("10e130");

    BOOST_TEST(f.isClosed());
    BOOST_TEST(contains(f.peer.heard(), "e52103ff"), f.peer.heard());
}

BOOST_AUTO_TEST_CASE(pings_are_answered)
{
    Fixture f;
    f.connectWhole();

    f.peer.send("02e2abcd 12e2abce20");

    BOOST_TEST(f.hears("02e3abcd12e3abce20"));
}

BOOST_AUTO_TEST_CASE(a_confirmable_notification_counts_when_the_server_has_it)
{
    Fixture f;
    f.connectWhole();
    std::vector<api::Delivery> deliveries;
    const auto note = [&](api::Delivery delivery) {
        deliveries.push_back(delivery);
    };
    f.session->notify({{7}, 1}, {}, true, note);
    BOOST_TEST(f.hears("01450711e20120")); // with a Ping that asks for custody
    BOOST_TEST(deliveries.empty());

    f.peer.send("11e30120");
    BOOST_TEST(f.runUntil([&] { return !deliveries.empty(); }));
    f.session->notify({{7}, 1}, {}, true, note);
    f.peer.heard();
    f.peer.hangUp();

    BOOST_TEST(f.isClosed());
    BOOST_REQUIRE(deliveries.size() == 2U);
    BOOST_TEST((deliveries[0] == api::Delivery::Acknowledged));
    BOOST_TEST((deliveries[1] == api::Delivery::TimedOut));
}

// RFC 8323 has no NSTART: who asks much at a time waits.
BOOST_AUTO_TEST_CASE(many_requests_at_once_are_all_served)
{
    Fixture f;
    f.connectWhole();
    f.listener.isSlow = true;
    std::string asked;
    std::string answers;
    for (int i = 0; i < 100; ++i) {
        asked += "21017fb133";
        answers += "01457f";
    }

    f.peer.send(asked);
    BOOST_TEST(f.runUntil([&] { return f.listener.requests.size() == 16U; }));
    while (!f.listener.waiting.empty() || f.listener.requests.size() < 100) {
        BOOST_TEST_REQUIRE(f.runUntil([&] { return !f.listener.waiting.empty(); }));
        auto respond = std::move(f.listener.waiting.front());
        f.listener.waiting.erase(f.listener.waiting.begin());
        BOOST_TEST(f.listener.waiting.size() < 16U);
        respond({});
    }

    BOOST_TEST(f.hears(answers));
}

BOOST_AUTO_TEST_CASE(a_release_lets_what_is_under_way_end)
{
    Fixture f;
    f.connectWhole();

    f.peer.send("60e4 41 1e ff 627965 21017fb133");
    BOOST_TEST(f.hears("21457fff33"));
    BOOST_TEST(f.listener.closed.empty());
    f.session->request({}, [](auto) {});

    BOOST_TEST(f.isClosed());
    BOOST_TEST(f.reason() ==
               "the server released the connection: \"bye\", and asks for 30 s before the next");
    BOOST_TEST(f.hears("21457fff33")); // no request of ours any more
}

BOOST_AUTO_TEST_CASE(an_abort_ends_the_session_with_its_words)
{
    Fixture f;
    f.connectWhole();

    f.peer.send("40e5 ff 627573 ");

    BOOST_TEST(f.isClosed());
    BOOST_TEST(f.reason() == "the server aborted the connection: \"bus\"");
}

BOOST_AUTO_TEST_CASE(closing_says_good_bye)
{
    Fixture f;
    f.connectWhole();

    f.session->close();

    BOOST_TEST(f.runUntil([&] { return f.peer.hasEnded(); }));
    BOOST_TEST(f.peer.heard() == ourSettings + "00e4");
    BOOST_TEST(f.listener.closed.empty());
}

BOOST_AUTO_TEST_CASE(a_connection_that_ends_closes_the_session)
{
    Fixture f;
    f.connectWhole();
    std::string failure;
    f.session->request({}, [&](auto result) { failure = result.error().message; });

    f.peer.hangUp();

    BOOST_TEST(f.isClosed());
    BOOST_TEST(!failure.empty());
    BOOST_TEST((f.listener.closed.front().retry == base::Retry::Later));
}

BOOST_AUTO_TEST_CASE(a_closed_port_is_told_at_once)
{
    Fixture f;
    f.peer.stopListening();

    f.session = f.open(f.uri(), SecurityMode::NoSec);

    BOOST_TEST(f.isClosed());
    BOOST_TEST(contains(f.reason(), "cannot be reached: Connection refused"), f.reason());
}

BOOST_AUTO_TEST_CASE(plain_tcp_is_off_with_plain_coap)
{
    Fixture f({false, 1s});

    f.session = f.open(f.uri(), SecurityMode::NoSec);

    BOOST_TEST(f.isClosed());
    BOOST_TEST(f.reason() == "plain CoAP is switched off in this gateway's settings");
}

BOOST_AUTO_TEST_CASE(messages_are_as_large_as_the_peer_says)
{
    Fixture f;
    f.connectWhole("30e1221770"); // 6000
    api::Response large;
    large.payload.assign(5000, 'x');

    f.session->notify({{7}, 1}, large, false, {});
    const auto heard = [&] {
        return f.peer.heard().size() / 2 - 6;
    };
    BOOST_TEST(f.runUntil([&] { return heard() >= 5000; }));
    BOOST_TEST(heard() < 5010U);

    f.peer.send("30e12203e8"); // 1000 from now on
    f.loop.runOnce(20ms);
    const auto before = heard();
    f.session->notify({{7}, 1}, large, false, {});
    BOOST_TEST(f.runUntil([&] { return heard() > before + 500; }));
    f.loop.runOnce(20ms);
    BOOST_TEST(heard() <= before + 1000);
}

BOOST_AUTO_TEST_SUITE_END()
