// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <optional>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "agent/card/card_report.hpp"
#include "agent/card/reader_process.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using api::CardSighting;

namespace {

/// A shell script in the place of causeway-card.
struct ProcessFixture
{
    void write(const std::string& script)
    {
        std::ofstream(program) << "#!/bin/sh\n" << script;
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    }

    base::Expected<api::CardReport> look()
    {
        card::ReaderProcess reader(loop, {program, "module", "label", 1s});
        std::optional<base::Expected<api::CardReport>> heard;
        reader.look({"aa", "bb", 0s, "0102"}, [&](auto seen) { heard = std::move(seen); });
        for (int round = 0; round < 1000 && !heard; ++round)
            loop.runOnce(10ms);
        BOOST_REQUIRE(heard.has_value());
        return std::move(*heard);
    }

    base::EventLoop loop;
    fakes::TemporaryDirectory directory;
    std::filesystem::path program = directory.path() / "causeway-card";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reader_process, ProcessFixture)

BOOST_AUTO_TEST_CASE(tells_what_the_program_has_told)
{
    api::CardReport told;
    told.sighting = CardSighting::Foreign;
    told.label = "Other";
    const auto octets = card::encodeReport(told);
    const auto message = directory.path() / "message";
    std::ofstream(message, std::ios::binary) << base::asText(octets.view());
    write("exec cat " + message.string());

    const auto report = look().value();

    BOOST_TEST((report.sighting == CardSighting::Foreign));
    BOOST_TEST(report.label == "Other");
}

BOOST_AUTO_TEST_CASE(gives_the_program_what_it_needs_and_nothing_else)
{
    const auto seen = directory.path() / "seen";
    write("{ echo \"$@\"; cat; } >" + seen.string());

    BOOST_TEST((look().error().kind == base::ErrorKind::Corrupt)); // it has told nothing

    std::ostringstream all;
    all << std::ifstream(seen).rdbuf();
    BOOST_TEST(all.str() == "module label 0\naa\nbb\n:0102\n"); // what others may read comes first
}

BOOST_AUTO_TEST_CASE(ends_a_program_that_hangs)
{
    write("exec sleep 600");

    BOOST_TEST((look().error().kind == base::ErrorKind::Timeout));
}

BOOST_AUTO_TEST_CASE(survives_one_that_crashes)
{
    write("kill -SEGV $$");

    BOOST_TEST((look().error().kind == base::ErrorKind::Refused));
}

BOOST_AUTO_TEST_CASE(says_that_no_support_is_installed)
{
    const auto report = look().value();

    BOOST_TEST((report.sighting == CardSighting::NoSupport));
    BOOST_TEST(report.reason.starts_with("no smartcard support installed"));
}

BOOST_AUTO_TEST_SUITE_END()
