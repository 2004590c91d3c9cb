// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/base/log.hpp"

namespace logging = causeway::log;

namespace {

/// The newest line, instead of on standard error. What other tests log later goes nowhere.
struct NewestLine
{
    NewestLine()
    {
        logging::setSink([this](logging::Level,
                                const std::string& newText,
                                const std::vector<logging::Field>& newFields) {
            text = newText;
            fields = newFields;
        });
    }

    ~NewestLine()
    {
        logging::setSink(
            [](logging::Level, const std::string&, const std::vector<logging::Field>&) {});
    }

    NewestLine(const NewestLine&) = delete;
    NewestLine& operator=(const NewestLine&) = delete;

    std::string text;
    std::vector<logging::Field> fields;
};

} // namespace

BOOST_AUTO_TEST_SUITE(log_lines)

BOOST_AUTO_TEST_CASE(names_become_fields_and_fill_the_sentence)
{
    const NewestLine seen;

    logging::notice(
        "{DEVICE}: registered, lifetime {LIFETIME}", "DEVICE", "meter\n1", "LIFETIME", 300);

    BOOST_TEST(seen.text == "meter\\x0a1: registered, lifetime 300");
    BOOST_TEST(seen.fields.size() == 2U);
    BOOST_TEST(seen.fields[1].name == "LIFETIME");
}

BOOST_AUTO_TEST_SUITE_END()
