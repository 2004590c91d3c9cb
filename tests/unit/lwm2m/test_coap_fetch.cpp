// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/firmware/coap_fetch.hpp"
#include "tests/fakes/fake_transport.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using base::ErrorKind;
using base::Retry;
using model::OutcomeCode;

namespace {

struct FetchFixture : api::FetchListener
{
    void fetch(const std::string& uri = "coap://127.0.0.1/fw",
               std::uint64_t offset = 0,
               const std::string& version = {})
    {
        FetchListener& listener = *this;
        auto parsed = parsePackageUri(uri).value();
        running = std::make_unique<CoapFetch>(transport,
                                              api::SessionSettings{},
                                              std::move(parsed),
                                              api::FetchPlan{uri, offset, version},
                                              listener);
        transport.peer().connect();
    }

    void onPiece(api::PackagePiece piece, base::Task more) override
    {
        pieces.push_back(std::move(piece));
        next = std::move(more);
    }

    void onFetchFailed(const base::Error& failure) override
    {
        error = failure;
        running.reset();
    }

    [[nodiscard]] const api::Request& asked() { return transport.peer().asked.front().request; }

    void answer(std::uint32_t number,
                bool hasMore,
                const base::Bytes& etag = {1},
                std::optional<std::uint32_t> total = {},
                std::uint8_t exponent = 2)
    {
        api::Response response;
        response.block = api::AnswerBlock{number, exponent, hasMore, total, etag};
        response.payload = base::Bytes(hasMore ? response.block->size() : 5, 0x42);
        transport.peer().answer(std::move(response));
    }

    fakes::FakeTransport transport;
    std::vector<api::PackagePiece> pieces;
    base::Task next;
    std::optional<base::Error> error;
    std::unique_ptr<CoapFetch> running;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(coap_fetch, FetchFixture)

BOOST_AUTO_TEST_CASE(asks_for_one_block_after_the_other)
{
    fetch("coap://repository.example/fw/meter?v=2");
    BOOST_TEST(asked().host == "repository.example");
    BOOST_TEST((asked().path == std::vector<std::string>{"fw", "meter"}));
    BOOST_TEST((asked().query == std::vector<std::string>{"v=2"}));
    BOOST_TEST(asked().block->number == 0U);
    BOOST_TEST(asked().block->exponent == 6);

    answer(0, true, {1}, 69);
    BOOST_TEST(transport.peer().asked.empty()); // until more is wanted
    next();
    BOOST_TEST(asked().block->number == 1U);
    BOOST_TEST(asked().block->exponent == 2);
    answer(1, false);

    BOOST_REQUIRE(pieces.size() == 2U);
    BOOST_TEST(pieces[0].total.value() == 69U);
    BOOST_TEST(pieces[1].offset == 64U);
    BOOST_TEST(pieces[1].isLast);
    BOOST_TEST(pieces[1].version == "01");
}

BOOST_AUTO_TEST_CASE(names_no_host_that_is_an_address)
{
    for (const auto* uri : {"coap://127.0.0.1/fw", "coap://[::1]/fw"}) {
        fetch(uri);
        BOOST_TEST(asked().host.empty());
    }
}

BOOST_AUTO_TEST_CASE(goes_on_where_an_earlier_one_ended)
{
    struct Row
    {
        std::uint64_t offset;
        std::uint32_t number;
        int exponent;
    };

    for (const auto& row : {Row{65536, 64, 6}, {192, 3, 2}, {16, 1, 0}, {17, 0, 6}}) {
        fetch("coap://127.0.0.1/fw", row.offset, "01");

        BOOST_TEST(asked().block->number == row.number);
        BOOST_TEST(asked().block->exponent == row.exponent);
    }
}

BOOST_AUTO_TEST_CASE(begins_anew_when_the_package_is_another_one)
{
    fetch("coap://127.0.0.1/fw", 192, "01");
    answer(3, true, {2});
    BOOST_TEST(asked().block->number == 0U);
    answer(0, true, {2}, 1000);
    BOOST_TEST(pieces.back().offset == 0U);
    BOOST_TEST(pieces.back().version == "02");
    next();

    answer(1, true, {2}, 1001); // the same ETag, and yet another size

    BOOST_TEST(asked().block->number == 0U);
    BOOST_TEST(pieces.size() == 1U);
}

BOOST_AUTO_TEST_CASE(does_not_begin_anew_for_ever)
{
    fetch();
    for (std::uint8_t etag = 1; !error && etag < 100; etag += 2) {
        answer(0, true, {etag});
        next();
        answer(1, true, {static_cast<std::uint8_t>(etag + 1)});
    }

    BOOST_REQUIRE(error.has_value());
    BOOST_TEST((error->kind == ErrorKind::Corrupt));
    BOOST_TEST((error->retry == Retry::Never));
}

BOOST_AUTO_TEST_CASE(follows_blocks_that_get_smaller_but_not_larger)
{
    fetch();
    answer(0, true, {1}, {}, 2);
    next();
    answer(4, true, {1}, {}, 0);
    next();
    BOOST_TEST(asked().block->number == 5U);
    BOOST_TEST(asked().block->exponent == 0);

    answer(5, true, {1}, {}, 1);

    BOOST_TEST((error.value().kind == ErrorKind::Corrupt));
}

BOOST_AUTO_TEST_CASE(takes_no_other_block_than_the_one_asked_for)
{
    for (const std::uint32_t number : {0U, 2U, 0xFFFFFU}) {
        fetch();
        answer(0, true);
        next();

        answer(number, true);

        BOOST_TEST((error.value().kind == ErrorKind::Corrupt));
    }
}

BOOST_AUTO_TEST_CASE(ends_where_blocks_can_be_numbered_no_more)
{
    fetch("coap://127.0.0.1/fw", std::uint64_t{16} * 0xFFFFF, "01");

    answer(0xFFFFF, true, {1}, {}, 0);

    BOOST_TEST((error.value().kind == ErrorKind::LimitExceeded));
}

BOOST_AUTO_TEST_CASE(tells_what_may_pass_from_what_will_not)
{
    struct Row
    {
        int code;
        ErrorKind kind;
        Retry retry;
    };

    for (const auto& row : {Row{128, ErrorKind::NotFound, Retry::Never},
                            {129, ErrorKind::NotFound, Retry::Never},
                            {132, ErrorKind::NotFound, Retry::Never},
                            {157, ErrorKind::Unreachable, Retry::Later},
                            {160, ErrorKind::Unreachable, Retry::Later},
                            {161, ErrorKind::NotFound, Retry::Never},
                            {163, ErrorKind::Unreachable, Retry::Later},
                            {165, ErrorKind::NotFound, Retry::Never},
                            {68, ErrorKind::Corrupt, Retry::Never},
                            {95, ErrorKind::Corrupt, Retry::Never}}) {
        fetch();

        transport.peer().answer(static_cast<OutcomeCode>(row.code));

        BOOST_TEST((error.value().kind == row.kind), row.code);
        BOOST_TEST((error->retry == row.retry), row.code);
    }
}

BOOST_AUTO_TEST_CASE(may_go_better_later_when_the_session_is_lost)
{
    fetch();
    transport.peer().lose({ErrorKind::Refused, "the handshake failed", Retry::Never});

    BOOST_TEST((error.value().retry == Retry::Later));
}

BOOST_AUTO_TEST_CASE(serves_nothing_to_a_repository)
{
    fetch();

    const auto answered = transport.peer().request(api::Request());

    BOOST_TEST((answered->value().code == OutcomeCode::NotFound));
}

BOOST_AUTO_TEST_SUITE_END()
