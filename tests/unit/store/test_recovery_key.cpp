// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "store/recovery_key.hpp"
#include "tests/store/store_fixture.hpp"

using namespace causeway;
namespace recovery = causeway::store::recovery;

namespace {

struct Fixture
{
    base::Secret key = tests::goodKey(5);
    std::string text{base::asText(recovery::toText(key)->view())};

    [[nodiscard]] bool isRead(const std::string& typed) const
    {
        const auto read = recovery::fromText(base::asBytes(typed));
        return read && read->equals(key.view());
    }
};

std::string refusalOf(const std::string& typed)
{
    return recovery::fromText(base::asBytes(typed)).error().message;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(RecoveryKeyTest, Fixture)

BOOST_AUTO_TEST_CASE(is_eight_groups_of_seven_that_people_can_tell_apart)
{
    BOOST_TEST(text.size() == 63U);
    BOOST_TEST(std::ranges::count(text, '-') == 7);
    BOOST_TEST(text.find_first_of("ILOUilou") == std::string::npos);
    BOOST_TEST(isRead(text));
}

BOOST_AUTO_TEST_CASE(is_read_as_people_type)
{
    std::string typed = text;
    std::ranges::transform(typed, typed.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
    });
    std::ranges::replace(typed, '0', 'o');
    std::ranges::replace(typed, '1', 'l');
    std::ranges::replace(typed, '-', ' ');

    BOOST_TEST(isRead(typed + "\n"));
}

BOOST_AUTO_TEST_CASE(tells_every_single_mistyped_character_and_every_swap)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string typed = text;
        typed[i] = typed[i] == '7' ? '8' : '7';
        if (text[i] != '-')
            BOOST_TEST(refusalOf(typed) == "the recovery key is mistyped somewhere");
        if (i > 0 && text[i] != text[i - 1] && text[i] != '-' && text[i - 1] != '-') {
            typed = text;
            std::swap(typed[i], typed[i - 1]);
            BOOST_TEST(!isRead(typed));
        }
    }
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong)
{
    BOOST_TEST(refusalOf("") == "the recovery key has 0 characters; it must have 56");
    BOOST_TEST(refusalOf(text.substr(1)) == "the recovery key has 55 characters; it must have 56");
    BOOST_TEST(refusalOf(text + "u") == "the recovery key contains a character that none has");
}

BOOST_AUTO_TEST_CASE(opens_only_the_slot_it_made)
{
    const auto kek = tests::goodKey(6);
    const auto blob = recovery::wrap(key, kek);

    BOOST_TEST(recovery::unwrap(key, *blob)->equals(kek.view()));
    BOOST_TEST(!recovery::unwrap(tests::goodKey(7), *blob).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
