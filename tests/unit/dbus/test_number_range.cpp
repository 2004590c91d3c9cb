// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/test/unit_test.hpp>

#include "dbus/ctl/number_range.hpp"

using namespace causeway::dbus::ctl;

namespace {

/// What a command that has an option of 0 to 2000 makes of the text; nothing when it refuses it.
std::optional<std::uint16_t> taken(const std::string& text)
{
    CLI::App app;
    std::uint16_t number = 0;
    app.add_option("number", number)->transform(numberFrom(0, 2000));
    try {
        app.parse(text, false);
    } catch (const CLI::ParseError&) {
        return std::nullopt;
    }
    return number;
}

} // namespace

BOOST_AUTO_TEST_SUITE(NumberRange)

BOOST_AUTO_TEST_CASE(reads_digits_as_decimal_whatever_they_begin_with)
{
    BOOST_TEST((taken("100") == 100));
    BOOST_TEST((taken("0100") == 100));
    BOOST_TEST((taken("09") == 9));
    BOOST_TEST((taken("0") == 0));
}

BOOST_AUTO_TEST_CASE(reads_hexadecimal_with_its_sign)
{
    BOOST_TEST((taken("0x10") == 16));
    BOOST_TEST((taken("0x7d0") == 2000));
}

BOOST_AUTO_TEST_CASE(refuses_what_is_outside_or_no_number)
{
    for (const auto* text : {"2001", "-1", "0x7d1", "1e2", "12k", "99999999999999999999", "0x"})
        BOOST_TEST(!taken(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
