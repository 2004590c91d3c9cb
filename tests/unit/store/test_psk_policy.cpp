// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <random>
#include <span>

#include <boost/test/unit_test.hpp>

#include "store/psk_policy.hpp"

using namespace causeway;

namespace {

constexpr std::array<std::string_view, 3> names{"meter-1", "urn:dev:ops:32473-1234", "leshan"};

/// What the policy says of a key given as text or, with 0x, as hexadecimal digits.
std::string verdict(std::string_view key,
                    std::string_view identity = "id-of-it",
                    std::span<const std::string_view> others = names)
{
    const auto octets =
        key.starts_with("0x") ? base::fromHex(key.substr(2)).value() : base::toBytes(key);
    const auto result = store::checkPsk({base::toBytes(identity), base::Secret(octets)}, others);
    return result ? "" : result.error().message;
}

struct Refused
{
    std::string_view key;
    std::string_view reason; ///< how the sentence begins
};

// clang-format off
constexpr std::array<Refused, 48> refused{{
    {"", "the key has 0 octets"},
    {"0x0f1e2d3c4b5a6978", "the key has 8 octets"},
    {"0x7e3fd1a90c5b6284e7f0159b3dca68", "the key has 15 octets"},
    {"0x00000000000000000000000000000000", "the key repeats"},
    {"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "the key repeats"},
    {"0x0102010201020102010201020102010201", "the key repeats"},
    {"0xdeadbeefdeadbeefdeadbeefdeadbeef", "the key repeats"},
    {"passwordpassword", "the key repeats"},
    {"0x7e3fd1a90c5b62847e3fd1a90c5b62847e3fd1a9", "the key repeats"},
    {"0x000102030405060708090a0b0c0d0e0f", "the key is a counted sequence"},
    {"0x00112233445566778899aabbccddeeff", "the key is a counted sequence"},
    {"0xfffefdfcfbfaf9f8f7f6f5f4f3f2f1f0", "the key is a counted sequence"},
    {"0123456789abcdef", "the key is a counted sequence"},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "the key is a counted sequence"},
    {"0x01000100010101000101010000000101", "the key has only 2 different octets"},
    {"8241905736410582", "the key is text of 16 characters, which has 53 bits at most"},
    {"a04f9be1d27c83f6", "the key is text of 16 characters, which has 64 bits at most"},
    {"kwxqzmvtbrhsgnpd", "the key is text of 16 characters, which has 75 bits at most"},
    {"thisisasecretkey", "the key is text of 16 characters, which has 75 bits at most"},
    {"Sommer2024inTrier", "the key is text of 17 characters, which has 101 bits at most"},
    {"xC7!pQ2#vL9$wN4&", "the key is text of 16 characters, which has 105 bits at most"},
    {"correct horse battery staple", "the key is made of words"},
    {"Mein kleiner gruener Kaktus", "the key is made of words"},
    {"P4ssw0rd!P4ssw0rd?", "the key has only 10 octets beside its padding and repetitions"},
    {"0x97c3a10e5bd8246f6f24d85b0ea1c397", "the key has only 8 octets beside its padding and rep"},
    {"0x97c3a10e5bd8246f683c5ef1a427db90", "the key has only 8 octets beside its padding and rep"}, // and their complement
    {"97c3a10e5bd8246f97C3A10E5BD8246F", "the key is text of 16 characters"},
    {"0x9700c300a1000e005b00d80024006f00", "the key has only 8 octets beside its padding and rep"},
    {"2026-11-23T18:00:00Z", "the key is text of 20 characters, which has 81 bits at most"},
    {"0x33353639333830333536343338303900", "the key is text of 15 characters"}, // digits, NUL
    {"0x333536393338303335363433383039000d0a", "the key is text of 15 characters"},
    {"0x41413a42423a43433a44443a45453a464600", "the key is text of 17 characters"}, // an address, NUL
    {"0x343833393230313834373536323931300d0a00", "the key is text of 16 characters"},
    {"0x80343833393230313834373536323931300a", "the key is mostly text"},
    {"0x7468697369736176657279736563726574206b657900", "the key is made of words"},
    {"0xefbbbf7468697369736176657279736563726574", "the key is text in UTF-8"}, // a mark first
    {"geheimes Paßwort für Zähler", "the key is text in UTF-8"},
    {"оченьсекретныйключ", "the key is text in UTF-8"},
    {"0x3400380033003900320030003100380034003700", "the key has only 10 octets"}, // UTF-16
    {"0x740068006500770069006e0064006f007700690073006f00700065006e00", "the key is text of 15"},
    {"0x97c3a10e5bd8246f0000000000000000", "the key has only 8 octets beside its padding"},
    {"0xffffffff7e3fd1a90c5b6284e7f0159b", "the key has only 12 octets beside its padding"},
    {"myPassWord-isgood", "the key contains a common password"},
    {"qwertyuiopasdfghjkl", "the key contains a common password"},
    {"key-of-METER-1-xyz", "the key contains the name meter-1"},
    {"0x00ff13374c455348414e0b9a5c3d2e1f70", "the key contains the name leshan"},
    {"urn:dev:ops:32473-1234", "the key contains the name urn:dev:ops:32473-1234"},
    {"xyzID-OF-ITabc4711", "the key contains its own identity"},
}};

struct Told
{
    std::string_view key;
    std::string_view name; ///< that has it, or that it has
};

constexpr std::array<Told, 13> told{{
    {"xC7!pQ2#vL9$wN4&Rt", "dev-xC7!pQ2#vL9$wN4&Rt"},
    {"xC7!pQ2#vL9$wN4&Rt", "xC7!pQ2#vL9$wN4&Rt"},
    {"0x7e3fd1a90c5b6284e7f0159b3dca6851", "7e3fd1a90c5b6284e7f0159b3dca6851"},
    {"0x7e3fd1a90c5b6284e7f0159b3dca6851", "7E3FD1A90C5B6284E7F0159B3DCA6851"},
    {"0x7e3fd1a90c5b6284e7f0159b3dca6851", "meter-7E3FD1A90C5B6284E7F0159B3DCA6851-1"},
    {"0x7e3fd1a90c5b6284e7f0159b3dca6851", "fj/RqQxbYoTn8BWbPcpoUQ=="},
    {"0x7e3fd1a90c5b6284e7f0159b3dca6851", "meter-fj/RqQxbYoTn8BWbPcpoUQ"},
    {"0xfbefbe3fd1a90c5b6284e7f0159b3dff", "urn:----P9GpDFtihOfwFZs9_w"},
    {"7e3fd1a90c5b6284e7f0159b3dca6851", "0x7e3fd1a90c5b6284e7f0159b3dca6851@site"},
    {"xC7!pQ2#vL9$wN4&Rt", "7843372170513223764c3924774e34265274"},
    {"7e3fd1a90c5b6284e7f0159b3dca6851", "fj/RqQxbYoTn8BWbPcpoUQ=="},
    {"fj/RqQxbYoTn8BWbPcpoUQ==", "7e3fd1a90c5b6284e7f0159b3dca6851"},
    {"YS14QzchcFEyI3ZMOSR3TjQmUnQ=", "xC7!pQ2#vL9$wN4&Rt"},
}};

constexpr std::array<std::string_view, 8> accepted{
    "0x7e3fd1a90c5b6284e7f0159b3dca6851",
    "0x9a1f44c07b5de28316bb0cf2a0d97e6358410fd3a7bc2e915d06f87a34ce9b12",
    "0x97c3a10e5bd8246f1b3d5a7709ceff0000000000",
    "fffccf94e48bf69ca140e84e6d9d82b3",
    "fz+pD0vZ1u7N3aXkQm9cTg==",
    "xC7!pQ2#vL9$wN4&Rt",
    "0xa92787813bb8114172f908a83857b4b8784269664e1d0ec3f8edd1b73b211a7b",
    "0x9a1f44c07b5de28316bb0cf2a0d97e6358410fd3a7bc2e915d06f87a34ce9b129a2f54d08b6de39317bb1cf3b1d98e6459420fd4a8bc3e925e06f98a35cf9b13",
};
// clang-format on

} // namespace

BOOST_AUTO_TEST_SUITE(PskPolicyTest)

BOOST_AUTO_TEST_CASE(r36_r37_refuses_weak_keys_with_the_reason)
{
    for (const auto& [key, reason] : refused)
        BOOST_TEST(verdict(key).starts_with(reason), key << ": " << verdict(key));
}

BOOST_AUTO_TEST_CASE(r36_refuses_a_key_that_a_name_tells_in_any_writing)
{
    for (const auto& [key, name] : told) {
        BOOST_TEST(verdict(key, name) != "", key << " of " << name);
        BOOST_TEST(verdict(key, "id-of-it", {&name, 1}) != "", key << " at " << name);
        BOOST_TEST(verdict(key, "id-of-it").empty(), key << ": " << verdict(key, "id-of-it"));
    }
}

BOOST_AUTO_TEST_CASE(accepts_a_key_whose_identity_has_but_a_part_of_it)
{
    BOOST_TEST(verdict("0x7e3fd1a90c5b6284e7f0159b3dca6851", "meter-7e3f").empty());
}

BOOST_AUTO_TEST_CASE(accepts_random_keys)
{
    for (const std::string_view key : accepted)
        BOOST_TEST(verdict(key).empty(), key << ": " << verdict(key));
}

BOOST_AUTO_TEST_CASE(accepts_whatever_is_random)
{
    std::mt19937_64 chance(7); // NOLINT: the same ones each time
    for (int i = 0; i < 5000; ++i) {
        base::Secret key(i % 2 == 0 ? 32 : 24);
        for (std::uint8_t& octet : key.mutableView())
            octet = static_cast<std::uint8_t>(chance() >> 32U);
        const auto digits = base::toHex(key.view());
        BOOST_TEST(store::checkPsk({base::toBytes("id-of-it"), std::move(key)}, names).has_value(),
                   digits);
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_key_of_65_octets)
{
    base::Secret key(65);
    const auto octets = key.mutableView();
    for (std::size_t i = 0; i < octets.size(); ++i)
        octets[i] = static_cast<std::uint8_t>(i * i * 7 + i);

    BOOST_TEST(!store::checkPsk({base::toBytes("id"), std::move(key)}, names).has_value());
}

BOOST_AUTO_TEST_CASE(never_repeats_the_key_in_its_sentence)
{
    constexpr std::string_view key = "xC7!pQ2#vL9$wN4&Rt";
    constexpr std::string_view name = "dev-xC7!pQ2#vL9$wN4&Rt";

    BOOST_TEST(verdict("key-of-METER-1-xyz").find("xyz") == std::string::npos);
    BOOST_TEST(verdict(key, name).find(key) == std::string::npos);
    BOOST_TEST(verdict(key, "id-of-it", {&name, 1}).find(key) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(r25_refuses_identities_that_servers_would_cut)
{
    using namespace std::string_view_literals;
    const std::string longest(128, 'i');

    BOOST_TEST(!store::checkPskIdentity({}).has_value());
    BOOST_TEST(!store::checkPskIdentity(base::asBytes("meter\0admin"sv)).has_value());
    BOOST_TEST(!store::checkPskIdentity(base::asBytes(longest + "i")).has_value());
    BOOST_TEST(store::checkPskIdentity(base::asBytes(longest)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
