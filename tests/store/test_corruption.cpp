// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "tests/store/corrupted_store.hpp"

using namespace causeway;

BOOST_AUTO_TEST_SUITE(CorruptionTest)

// bench-corruption does it ten thousand times.
BOOST_AUTO_TEST_CASE(no_damaged_or_mixed_database_gives_a_device_a_key_that_is_not_its_own)
{
    constexpr int rounds = 200;
    constexpr std::uint64_t seed = 4;
    tests::CorruptedStore corrupted(seed);

    corrupted.run(rounds);

    const auto& tally = corrupted.tally();
    BOOST_TEST(tally.wrong == 0);
    // It was no test if all were refused, or none was.
    BOOST_TEST(tally.refused > rounds / 10);
    BOOST_TEST(tally.locked > 0);
    BOOST_TEST(tally.none > tally.locked * 3);
    BOOST_TEST(tally.right > 0);
}

BOOST_AUTO_TEST_SUITE_END()
