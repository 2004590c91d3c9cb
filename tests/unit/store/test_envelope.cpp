// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "store/aead.hpp"
#include "store/envelope.hpp"
#include "tests/store/store_fixture.hpp"

using namespace causeway;
using store::Envelope;
using store::RecordFacts;

namespace {

struct Fixture
{
    Fixture()
        : wrapped(envelope.wrap(facts, plain).value())
    {}

    [[nodiscard]] bool opens(const RecordFacts& changed) const
    {
        return envelope.unwrap(changed, wrapped).has_value();
    }

    base::Bytes identity = base::toBytes("id");
    RecordFacts facts{"meter-1", "leshan", 3, identity, true};
    base::Secret plain = tests::goodKey(1);
    Envelope envelope{1, tests::goodKey(2)};
    base::Bytes wrapped;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(EnvelopeTest, Fixture)

BOOST_AUTO_TEST_CASE(gives_back_what_was_wrapped)
{
    const auto unwrapped = envelope.unwrap(facts, wrapped);

    BOOST_REQUIRE(unwrapped);
    BOOST_TEST(unwrapped->equals(plain.view()));
    BOOST_TEST(wrapped.size() == plain.size() + 48);
}

BOOST_AUTO_TEST_CASE(wraps_the_same_differently_each_time)
{
    BOOST_TEST((envelope.wrap(facts, plain).value() != wrapped));
}

BOOST_AUTO_TEST_CASE(opens_for_no_other_row)
{
    const base::Bytes otherIdentity = base::toBytes("ie");

    BOOST_TEST(!opens({"meter-2", "leshan", 3, identity, true}));
    BOOST_TEST(!opens({"meter-1", "leshap", 3, identity, true}));
    BOOST_TEST(!opens({"meter-1l", "eshan", 3, identity, true}));
    BOOST_TEST(!opens({"meter-1", "leshan", 2, identity, true}));
    BOOST_TEST(!opens({"meter-1", "leshan", 3, otherIdentity, true}));
    BOOST_TEST(!opens({"meter-1", "leshan", 3, identity, false}));
    BOOST_TEST(!Envelope(2, tests::goodKey(2)).unwrap(facts, wrapped).has_value());
    BOOST_TEST(!Envelope(1, tests::goodKey(3)).unwrap(facts, wrapped).has_value());
}

BOOST_AUTO_TEST_CASE(refuses_every_flipped_bit_and_every_shorter_record)
{
    for (std::size_t i = 0; i < wrapped.size(); ++i) {
        base::Bytes changed = wrapped;
        changed[i] ^= 0x10U;
        BOOST_TEST(!envelope.unwrap(facts, changed).has_value());
        const auto shorter = envelope.unwrap(facts, base::ByteView(wrapped).first(i));
        BOOST_CHECK(shorter.error().kind == base::ErrorKind::Corrupt);
    }
}

BOOST_AUTO_TEST_CASE(tells_equal_keys_on_one_gateway_only)
{
    const auto here = envelope.fingerprint(plain).value();

    BOOST_TEST((envelope.fingerprint(tests::goodKey(1)).value() == here));
    BOOST_TEST((envelope.fingerprint(tests::goodKey(5)).value() != here));
    BOOST_TEST((Envelope(1, tests::goodKey(3)).fingerprint(plain).value() != here));
}

// RFC 5869 appendix A.1
BOOST_AUTO_TEST_CASE(derives_as_rfc_5869_says)
{
    const auto input = base::fromHex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b").value();
    const auto salt = base::fromHex("000102030405060708090a0b0c").value();
    const auto purpose = base::fromHex("f0f1f2f3f4f5f6f7f8f9").value();

    const auto derived = store::aead::derive(input, salt, base::asText(purpose), 42);

    BOOST_TEST(base::toHex(derived->view()) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5d"
                                               "b02d56ecc4c5bf34007208d5b887185865");
}

// RFC 4231 §4.3
BOOST_AUTO_TEST_CASE(authenticates_as_rfc_4231_says)
{
    const base::Secret key(base::asBytes("Jefe"));

    const auto code = store::aead::authenticate(key, base::asBytes("what do ya want for nothing?"));

    BOOST_TEST(base::toHex(*code) ==
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

BOOST_AUTO_TEST_SUITE_END()
