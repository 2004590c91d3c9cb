// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/coap/framed_channel.hpp"
#include "tests/fakes/fake_scheduler.hpp"

/// What both ends of a CoAP connection tell each other, and when (RFC 8323 §5). The test is the
/// stream and the peer.

using namespace causeway;
using namespace std::chrono_literals;
using coap::FramedChannel;

namespace {

/// What is written to the stream, each write in hexadecimal.
struct FakeStream : coap::Channel
{
    struct Record
    {
        std::vector<std::string> writes;
        bool isRead = true;
        bool isClosed = false;
    };

    explicit FakeStream(Record& to)
        : record(to)
    {}

    void send(base::ByteView octets) override { record.writes.push_back(base::toHex(octets)); }

    void close() override { record.isClosed = true; }

    void stopReading() override { record.isRead = false; }

    void readOn() override { record.isRead = true; }

    Record& record; // NOLINT: the test's
};

struct Fixture : coap::ChannelListener
{
    explicit Fixture(bool isConnected = true)
        : channel(std::make_unique<FramedChannel>(scheduler, deferred, 30s, *this))
        , stream(channel->asListener())
    {
        channel->runOver(std::make_unique<FakeStream>(record));
        stream.onChannelReady({}, {});
        if (isConnected)
            hear("00e1");
        record.writes.clear();
    }

    void hear(std::string hex)
    {
        std::erase(hex, ' ');
        stream.onDatagram(*base::fromHex(hex));
    }

    void onChannelReady(const api::ChannelFacts&, base::Secret) override {}

    void onDatagram(base::ByteView) override { ++messages; }

    void onHeard() override { ++heard; }

    [[nodiscard]] coap::UnderWay underWay() const override { return busy; }

    void onChannelLost(const base::Error& error) override
    {
        reason = error;
        channel.reset();
    }

    [[nodiscard]] std::string last() const
    {
        return record.writes.empty() ? "" : record.writes.back();
    }

    fakes::FakeScheduler scheduler;
    coap::Deferred deferred{scheduler};
    FakeStream::Record record;
    coap::UnderWay busy;
    int messages = 0;
    int heard = 0;
    std::optional<base::Error> reason;
    std::unique_ptr<FramedChannel> channel;
    coap::ChannelListener& stream; // NOLINT: the channel's own face
};

std::string repeated(int count, const std::string& hex)
{
    std::string all;
    for (int i = 0; i < count; ++i)
        all += hex;
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(framed_channel)

BOOST_AUTO_TEST_CASE(a_silent_server_is_asked_whether_it_is_there)
{
    Fixture f;
    f.scheduler.advance(200s);
    f.hear("0000"); // says that it is there
    f.scheduler.advance(239s);
    BOOST_TEST(f.record.writes.empty());

    f.scheduler.advance(1s);
    BOOST_TEST(f.last() == "01e201");
    f.hear("01e301");
    f.scheduler.advance(239s);
    BOOST_TEST(f.record.writes.size() == 1U);
    f.scheduler.advance(1s);
    BOOST_TEST(f.last() == "01e202");
}

BOOST_AUTO_TEST_CASE(who_does_not_answer_a_ping_is_lost)
{
    Fixture f;
    f.scheduler.advance(240s);
    f.hear("01e3ff"); // not the answer
    f.scheduler.advance(92s);
    BOOST_TEST(!f.reason.has_value());

    f.scheduler.advance(1s);

    BOOST_REQUIRE(f.reason.has_value());
    BOOST_TEST(f.reason->message == "the server has not answered a Ping for 93 s (RFC 8323 §5.4)");
    BOOST_TEST((f.reason->kind == base::ErrorKind::Timeout));
}

BOOST_AUTO_TEST_CASE(only_the_newest_ping_says_that_all_has_been_heard)
{
    Fixture f;
    f.scheduler.advance(240s);
    f.channel->askWhetherHeard();
    BOOST_TEST(f.last() == "11e20220");

    f.hear("01e301");
    BOOST_TEST(f.heard == 0);
    f.hear("01e302"); // custody is elective
    BOOST_TEST(f.heard == 1);
    f.hear("01e302");
    BOOST_TEST(f.heard == 1);
}

// §5.4.1: "all request/response messages received prior to the Ping message".
BOOST_AUTO_TEST_CASE(custody_is_promised_when_what_came_before_is_dealt_with)
{
    Fixture f;
    f.busy = {3, 5, false};
    f.hear("12e2abcd20");
    BOOST_TEST(f.record.writes.empty());
    f.hear("02e2abce"); // asks for nothing
    BOOST_TEST(f.last() == "02e3abce");
    f.hear("12e2abcf20"); // no more than one waits
    BOOST_TEST(f.last() == "02e3abcf");

    f.busy = {5, 7, false};
    f.channel->onAnswered();
    BOOST_TEST(f.record.writes.size() == 2U);
    f.busy = {7, 7, false};
    f.channel->onAnswered();
    BOOST_TEST(f.last() == "12e3abcd20");

    f.busy = {};
    f.hear("12e2abd020");
    BOOST_TEST(f.last() == "12e3abd020");
}

BOOST_AUTO_TEST_CASE(a_flood_of_pings_is_answered_in_one_write)
{
    Fixture f;

    f.hear(repeated(FramedChannel::mostPerRound, "01e207"));

    BOOST_TEST(f.record.writes.size() == 1U);
    BOOST_TEST(f.last() == repeated(FramedChannel::mostPerRound, "01e307"));
}

// The loop has other servers to serve.
BOOST_AUTO_TEST_CASE(many_messages_in_one_piece_take_several_rounds)
{
    Fixture f;

    f.hear(repeated(FramedChannel::mostPerRound * 3, "21017fb133") + "2101");
    BOOST_TEST(f.messages == FramedChannel::mostPerRound);
    BOOST_TEST(!f.record.isRead);
    f.scheduler.advance(0s);

    BOOST_TEST(f.messages == FramedChannel::mostPerRound * 3);
    BOOST_TEST(f.record.isRead);
    f.hear("7fb133");
    BOOST_TEST(f.messages == FramedChannel::mostPerRound * 3 + 1);
}

BOOST_AUTO_TEST_CASE(what_is_too_much_waits_for_an_answer)
{
    Fixture f;
    f.busy = {1, 16, true};

    f.hear("21017fb133 21017fb1");
    BOOST_TEST(f.messages == 0);
    BOOST_TEST(!f.record.isRead);
    f.hear("33");
    f.scheduler.advance(300s); // not asked whether it is there: it may have said so
    f.busy = {2, 16, false};
    f.channel->onAnswered();
    BOOST_TEST(f.messages == 0); // not from inside
    f.scheduler.advance(0s);

    BOOST_TEST(f.messages == 2);
    BOOST_TEST(f.record.isRead);
    BOOST_TEST(!f.reason.has_value());
}

BOOST_AUTO_TEST_CASE(may_be_lost_by_what_was_held)
{
    Fixture f;

    f.hear(repeated(FramedChannel::mostPerRound, "0000") + "0f01");
    BOOST_TEST(!f.reason.has_value());
    f.scheduler.advance(0s);

    BOOST_REQUIRE(f.reason.has_value());
    BOOST_TEST(f.record.isClosed);
}

BOOST_AUTO_TEST_SUITE_END()
