// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "bridges/modbus/tcp_framing.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;
using namespace std::chrono_literals;
using base::Bytes;
using base::ErrorKind;

BOOST_AUTO_TEST_SUITE(tcp_framing)

namespace {

constexpr base::TimePoint start{1000s};
const Request request{7, FunctionCode::ReadHoldingRegisters, 100, 1, {}};

/// The answer to the n-th request.
Bytes framed(const std::string& transactionId, const std::string& rest)
{
    return *base::fromHex(transactionId + rest);
}

const std::string goodRest = "00000005070302002a";

struct Fixture
{
    TcpFraming framing;

    std::optional<Framing::Result> ask(const Bytes& answer)
    {
        static_cast<void>(framing.begin(request));
        return framing.receive(answer, start);
    }
};

} // namespace

BOOST_FIXTURE_TEST_CASE(takes_the_answer_with_its_own_transaction, Fixture)
{
    const auto result = ask(framed("0001", goodRest));

    BOOST_REQUIRE(result);
    BOOST_TEST((**result == Answer{42}));
}

BOOST_FIXTURE_TEST_CASE(passes_over_the_answer_to_an_earlier_request, Fixture)
{
    static_cast<void>(framing.begin(request));
    static_cast<void>(framing.giveUp(start));

    const auto late = ask(framed("0001", "000000050703020001"));
    const auto own = framing.receive(framed("0002", goodRest), start);

    BOOST_TEST(!late);
    BOOST_REQUIRE(own);
    BOOST_TEST((**own == Answer{42}));
    BOOST_TEST(!framing.heldUntil(request, start));
}

BOOST_FIXTURE_TEST_CASE(believes_no_answer_that_another_was_mixed_into, Fixture)
{
    static_cast<void>(framing.begin(request));
    static_cast<void>(framing.giveUp(start));
    const Bytes begun = framed("0002", "00000005070302");

    static_cast<void>(framing.begin(request));
    static_cast<void>(framing.receive(begun, start));
    const auto result = framing.receive(framed("0001", goodRest), start);

    BOOST_REQUIRE((result && !*result));
    BOOST_TEST((result->error().kind == ErrorKind::Corrupt));
    BOOST_TEST(framing.hasLostTrack());
}

BOOST_FIXTURE_TEST_CASE(takes_an_answer_with_a_late_one_behind_it, Fixture)
{
    static_cast<void>(framing.begin(request));
    static_cast<void>(framing.giveUp(start));
    static_cast<void>(framing.begin(request));
    Bytes both = framed("0002", goodRest);
    const Bytes late = framed("0001", "000000050703020001");
    both.insert(both.end(), late.begin(), late.end());

    const auto result = framing.receive(both, start);

    BOOST_REQUIRE(result);
    BOOST_TEST((**result == Answer{42}));
}

BOOST_FIXTURE_TEST_CASE(loses_track_when_the_headers_make_no_sense, Fixture)
{
    const std::vector<std::string> rows{
        "00010005070302002a",     // protocol identifier
        "000000020703",           // length below the least
        "0000ffff0703",           // length above the most
        "00000005080302002a",     // another unit
        "00000007070304002a002b", // more registers than asked for
        "000000050704020001",     // another function code
    };

    for (const std::string& rest : rows) {
        framing = TcpFraming();
        const auto result = ask(framed("0001", rest));
        BOOST_TEST((result && !*result && result->error().kind == ErrorKind::Corrupt), rest);
        BOOST_TEST(framing.hasLostTrack(), rest);
    }
}

BOOST_FIXTURE_TEST_CASE(goes_on_after_a_refusal, Fixture)
{
    const auto result = ask(framed("0001", "00000003078302"));

    BOOST_REQUIRE(result);
    BOOST_TEST((result->error().kind == ErrorKind::Refused));
    BOOST_TEST(!framing.hasLostTrack());
}

BOOST_FIXTURE_TEST_CASE(uses_no_transaction_identifier_again_after_a_reconnect, Fixture)
{
    const Bytes first = framing.begin(request);
    framing.reset();
    const Bytes second = framing.begin(request);

    BOOST_TEST(base::toHex(first) != base::toHex(second));
}

BOOST_AUTO_TEST_SUITE_END()
