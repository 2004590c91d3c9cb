// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/base/log.hpp"

namespace logging = causeway::log;

BOOST_AUTO_TEST_SUITE(log_lines)

BOOST_AUTO_TEST_CASE(names_become_fields_and_fill_the_sentence)
{
    std::string seen;
    std::vector<logging::Field> seenFields;
    logging::setSink(
        [&](logging::Level, const std::string& text, const std::vector<logging::Field>& fields) {
            seen = text;
            seenFields = fields;
        });

    logging::notice(
        "{DEVICE}: registered, lifetime {LIFETIME}", "DEVICE", "meter\n1", "LIFETIME", 300);

    BOOST_TEST(seen == "meter\\x0a1: registered, lifetime 300");
    BOOST_TEST(seenFields.size() == 2U);
    BOOST_TEST(seenFields[1].name == "LIFETIME");
}

BOOST_AUTO_TEST_SUITE_END()
