// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "tests/unit/lwm2m/software_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using base::ErrorKind;
using model::OutcomeCode;
using tests::SoftwareFixture;

namespace {

constexpr auto ok = OutcomeCode::Changed;
constexpr auto notNow = OutcomeCode::MethodNotAllowed;
constexpr auto incomplete = OutcomeCode::RequestIncomplete;
constexpr auto tooLarge = OutcomeCode::RequestTooLarge;
constexpr auto badRequest = OutcomeCode::BadRequest;

/// What a server does in a state, what it is answered, and what /9/0/7, 9 and 12 say then.
struct Row
{
    const char* state;
    const char* what;
    std::optional<OutcomeCode> answer; ///< nothing: when the program has ended
    const char* then;
};

// OMA-TS-LWM2M_SwMgmt 1.0.3 §5.1.2.
constexpr std::array table{
    Row{"initial", "first piece", ok, "1 1"},
    Row{"initial", "next piece", incomplete, "0 0"},
    Row{"initial", "whole package", ok, "3 3"},
    Row{"initial", "too large", tooLarge, "0 50"},
    Row{"initial", "URI", ok, "1 1"},
    Row{"initial", "unspoken URI", ok, "0 56"},
    Row{"initial", "no URI", ok, "0 56"},
    Row{"initial", "empty package", ok, "0 0"},
    Row{"initial", "install", notNow, "0 0"},
    Row{"initial", "uninstall", notNow, "0 0"},
    Row{"initial", "for update", notNow, "0 0"},
    Row{"initial", "activate", notNow, "0 0"},
    Row{"initial", "deactivate", notNow, "0 0"},
    Row{"downloading", "first piece", ok, "1 1"},
    Row{"downloading", "next piece", ok, "1 1"},
    Row{"downloading", "last piece", ok, "3 3"},
    Row{"downloading", "too large", tooLarge, "0 50"},
    Row{"downloading", "URI", notNow, "1 1"},
    Row{"downloading", "install", notNow, "1 1"},
    Row{"downloading", "uninstall", ok, "0 0"},
    Row{"downloading", "for update", ok, "0 0"},
    Row{"downloading", "activate", notNow, "1 1"},
    Row{"downloading", "empty package", ok, "0 0"},
    Row{"fetching", "first piece", notNow, "1 1"},
    Row{"fetching", "URI", notNow, "1 1"},
    Row{"fetching", "install", notNow, "1 1"},
    Row{"fetching", "uninstall", ok, "0 0"},
    Row{"fetching", "activate", notNow, "1 1"},
    Row{"fetching", "empty URI", ok, "0 0"},
    Row{"checking", "first piece", notNow, "2 1"},
    Row{"checking", "URI", notNow, "2 1"},
    Row{"checking", "install", notNow, "2 1"},
    Row{"checking", "uninstall", ok, "0 0"},
    Row{"checking", "activate", notNow, "2 1"},
    Row{"delivered", "first piece", notNow, "3 3"},
    Row{"delivered", "URI", notNow, "3 3"},
    Row{"delivered", "install", ok, "3 3"},
    Row{"delivered", "uninstall", ok, "0 0"},
    Row{"delivered", "for update", ok, "0 0"},
    Row{"delivered", "wrong argument", badRequest, "3 3"},
    Row{"delivered", "activate", notNow, "3 3"},
    Row{"delivered", "deactivate", notNow, "3 3"},
    Row{"installing", "first piece", notNow, "3 3"},
    Row{"installing", "URI", notNow, "3 3"},
    Row{"installing", "install", notNow, "3 3"},
    Row{"installing", "uninstall", notNow, "3 3"},
    Row{"installing", "activate", notNow, "3 3"},
    Row{"installed", "first piece", notNow, "4 2"},
    Row{"installed", "URI", notNow, "4 2"},
    Row{"installed", "empty package", notNow, "4 2"},
    Row{"installed", "install", notNow, "4 2"},
    Row{"installed", "uninstall", ok, "4 2"},
    Row{"installed", "for update", ok, "0 0"},
    Row{"installed", "wrong argument", badRequest, "4 2"},
    Row{"installed", "activate", std::nullopt, "4 2"},
    Row{"installed", "deactivate", ok, "4 2"},
    Row{"active", "activate", ok, "4 2 on"},
    Row{"active", "deactivate", std::nullopt, "4 2 on"},
    Row{"active", "uninstall", ok, "4 2 on"},
    Row{"active", "for update", ok, "0 0"},
    Row{"active", "install", notNow, "4 2 on"},
    Row{"activating", "activate", notNow, "4 2"},
    Row{"activating", "uninstall", notNow, "4 2"},
    Row{"deactivating", "activate", notNow, "4 2 on"},
    Row{"uninstalling", "install", notNow, "4 2"},
    Row{"uninstalling", "uninstall", notNow, "4 2"},
    Row{"uninstalling", "activate", notNow, "4 2"},
    Row{"uninstalling", "first piece", notNow, "4 2"},
    Row{"upgrading", "whole package", ok, "3 3"},
    Row{"upgrading", "install", notNow, "0 0"},
    Row{"upgrading", "activate", notNow, "0 0"},
    Row{"upgrading", "uninstall", ok, "4 0"},
    Row{"upgrading", "for update", notNow, "0 0"},
};

std::optional<OutcomeCode> bring(SoftwareFixture& f, std::string_view what)
{
    if (what == "first piece")
        return f.write(0, SoftwareFixture::some(16), false);
    if (what == "next piece")
        return f.write(16, SoftwareFixture::some(16), false);
    if (what == "last piece")
        return f.write(16, SoftwareFixture::some(3), true);
    if (what == "whole package")
        return f.write(0, SoftwareFixture::some(100), true);
    if (what == "too large")
        return f.write(f.update->reportedState() == 0 ? 0 : 16, SoftwareFixture::some(5000), false);
    if (what == "empty package")
        return f.write(0, {}, true);
    if (what == "URI")
        return f.writeUri("coap://127.0.0.1/software");
    if (what == "unspoken URI")
        return f.writeUri("ftp://127.0.0.1/software");
    return f.writeUri(what == "no URI" ? "over there" : "");
}

std::optional<OutcomeCode> send(SoftwareFixture& f, std::string_view what)
{
    if (what == "install")
        return f.install();
    if (what == "uninstall")
        return f.uninstall("0");
    if (what == "for update")
        return f.uninstall("1");
    if (what == "wrong argument")
        return f.uninstall("2");
    if (what == "activate")
        return f.activate();
    if (what == "deactivate")
        return f.deactivate();
    return bring(f, what);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(software_update, SoftwareFixture)

BOOST_AUTO_TEST_CASE(goes_by_the_table_of_the_standard)
{
    for (const Row& row : table) {
        SoftwareFixture f;
        f.reach(row.state);

        const auto answered = send(f, row.what);

        BOOST_TEST((answered == row.answer), row.state << ": " << row.what);
        BOOST_TEST(f.now() == row.then, row.state << ": " << row.what << ": " << f.now());
    }
}

BOOST_AUTO_TEST_CASE(has_a_package_checked_before_it_is_offered)
{
    for (const auto& [verdict, then] :
         {std::pair<base::Expected<void>, std::string>{{}, "3 3"},
          {base::fail(ErrorKind::Refused, "exit status 1"), "0 53"},
          {base::fail(ErrorKind::Timeout, "it took too long"), "0 57"},
          {base::fail(ErrorKind::NotSupported, "exit status 2"), "0 54"}}) {
        SoftwareFixture f;
        f.reach("checking");

        f.end(verdict);

        BOOST_TEST(f.now() == then);
    }
}

BOOST_AUTO_TEST_CASE(says_why_a_package_cannot_be_fetched)
{
    for (const auto& [kind, then] : {std::pair(ErrorKind::LimitExceeded, "0 50"),
                                     {ErrorKind::StorageFailed, "0 50"},
                                     {ErrorKind::Unreachable, "0 52"},
                                     {ErrorKind::Corrupt, "0 53"},
                                     {ErrorKind::NotFound, "0 56"},
                                     {ErrorKind::NotAuthorized, "0 56"},
                                     {ErrorKind::NotSupported, "0 56"}}) {
        SoftwareFixture f;
        f.reach("fetching");

        f.fetcher.fail(kind);
        f.scheduler.advance(0s);

        BOOST_TEST(f.now() == then);
    }
}

BOOST_AUTO_TEST_CASE(gives_up_on_a_server_that_falls_silent)
{
    write(0, some(16), false);

    scheduler.advance(247s);

    BOOST_TEST(now() == "0 52");
}

BOOST_AUTO_TEST_CASE(stays_delivered_when_it_cannot_be_installed)
{
    reach("installing");

    end(base::fail(ErrorKind::Refused, "exit status 1"));

    BOOST_TEST(now() == "3 58");
    BOOST_TEST(failures.size() == 1U);
    BOOST_TEST((install() == ok));
    end({});
    BOOST_TEST(now() == "4 2");
    BOOST_TEST(station.package.empty());
}

BOOST_AUTO_TEST_CASE(is_gone_when_the_program_says_so)
{
    reach("active");
    uninstall("");
    BOOST_TEST((station.actions.back() == api::SoftwareAction::Uninstall));

    end({});

    BOOST_TEST(now() == "0 0");
    BOOST_TEST(kept.at("software/logger").empty());
}

BOOST_AUTO_TEST_CASE(stays_what_it_was_when_it_cannot_be_uninstalled)
{
    reach("active");
    uninstall("0");

    end(base::fail(ErrorKind::Refused, "exit status 1"));

    BOOST_TEST(now() == "4 59 on");
    BOOST_TEST(failures.back() == "it cannot be uninstalled: exit status 1");
}

BOOST_AUTO_TEST_CASE(answers_when_it_has_been_switched)
{
    reach("activating");
    BOOST_TEST(!answer.has_value());

    end({});

    BOOST_TEST((answer == ok));
    BOOST_TEST(now() == "4 2 on");
    deactivate();
    end({});
    BOOST_TEST((answer == ok));
    BOOST_TEST(now() == "4 2");
}

BOOST_AUTO_TEST_CASE(answers_a_switch_when_it_is_on_disk)
{
    reach("installed");
    isDiskSlow = true;
    activate();

    end({});

    BOOST_TEST(!answer.has_value());
    BOOST_TEST(now() == "4 2");
    BOOST_TEST(kept.at("software/logger") == "4 2 1 1");
    commit();
    BOOST_TEST((answer == ok));
    BOOST_TEST(now() == "4 2 on");
}

BOOST_AUTO_TEST_CASE(does_not_claim_a_switch_that_cannot_be_kept)
{
    reach("installed");
    isDiskSlow = true;
    activate();
    end({});

    commit(base::fail(ErrorKind::StorageFailed, "I/O error"));

    BOOST_TEST((answer == OutcomeCode::InternalServerError));
    BOOST_TEST(now() == "4 2");
    BOOST_TEST(kept.at("software/logger") == "4 2 1 0");
    BOOST_TEST(failures.size() == 1U);
    commit(base::fail(ErrorKind::StorageFailed, "I/O error"));
    BOOST_TEST(!isKept);

    isDiskSlow = false;
    activate();
    commit(); // as it was
    end({});
    BOOST_TEST((answer == ok));
    BOOST_TEST(now() == "4 2 on");
}

BOOST_AUTO_TEST_CASE(goes_on_when_a_package_cannot_be_kept_as_there)
{
    isDiskSlow = true;
    write(0, some(8), true);
    for (int i = 0; i < 3; ++i)
        commit(base::fail(ErrorKind::StorageFailed, "I/O error"));

    BOOST_TEST(now() == "3 3");
    BOOST_TEST(!isKept);
}

BOOST_AUTO_TEST_CASE(says_that_it_cannot_be_switched)
{
    reach("activating");

    end(base::fail(ErrorKind::Refused, "exit status 1"));

    BOOST_TEST((answer == OutcomeCode::InternalServerError));
    BOOST_TEST(now() == "4 2");
    BOOST_TEST(failures.size() == 1U);
}

BOOST_AUTO_TEST_CASE(begins_inactive_after_an_upgrade)
{
    reach("active");
    uninstall("1");
    BOOST_TEST(station.actions.size() == 1U); // what was active goes on

    reachInstalled();

    BOOST_TEST(now() == "4 2");
}

BOOST_AUTO_TEST_CASE(goes_on_after_a_restart)
{
    const std::array<std::pair<const char*, const char*>, 11> lives{{{"initial", "0 0"},
                                                                     {"downloading", "0 52"},
                                                                     {"fetching", "1 1"},
                                                                     {"checking", "0 52"},
                                                                     {"delivered", "3 3"},
                                                                     {"installing", "3 58"},
                                                                     {"installed", "4 2"},
                                                                     {"active", "4 2 on"},
                                                                     {"activating", "4 2"},
                                                                     {"deactivating", "4 2 on"},
                                                                     {"uninstalling", "4 59"}}};
    for (const auto& [before, after] : lives) {
        SoftwareFixture f;
        f.reach(before);
        f.scheduler.advance(0s);

        f.begin(f.kept);
        f.scheduler.advance(0s);

        BOOST_TEST(f.now() == after, before << ": " << f.now());
    }
}

BOOST_AUTO_TEST_CASE(knows_after_a_restart_that_old_software_waits_for_its_upgrade)
{
    reach("upgrading");

    begin(kept);

    BOOST_TEST((uninstall("0") == ok));
    BOOST_TEST((station.actions.back() == api::SoftwareAction::Uninstall));
    end({});
    BOOST_TEST(now() == "0 0");
}

BOOST_AUTO_TEST_CASE(believes_no_state_without_its_package)
{
    begin({{"software/logger", "2 3 0 0"}});
    scheduler.advance(0s);

    BOOST_TEST(now() == "0 57");
    BOOST_TEST((install() == notNow));
}

// Else a power cut leaves a state that the disk does not have.
BOOST_AUTO_TEST_CASE(tells_what_is_kept_when_that_is_on_disk)
{
    isDiskSlow = true;
    write(0, some(8), true);
    commit();
    BOOST_TEST(now() == "2 1");
    BOOST_TEST(kept.at("software/logger") == "2 3 0 0");
    commit();
    BOOST_TEST(now() == "3 3");

    install();
    commit();
    end({});

    BOOST_TEST(now() == "3 3");
    BOOST_TEST(kept.at("software/logger") == "4 2 1 0");
    BOOST_TEST(!station.package.empty());
    commit();
    BOOST_TEST(now() == "4 2");
    BOOST_TEST(station.package.empty());
}

// Of a device that somebody else gets: what is installed is its own, what was on its way is not.
BOOST_AUTO_TEST_CASE(leaves_of_a_factory_reset_what_is_installed_and_no_package)
{
    const std::array<std::pair<const char*, const char*>, 12> lives{{{"initial", "0 0"},
                                                                     {"downloading", "0 0"},
                                                                     {"fetching", "0 0"},
                                                                     {"checking", "0 0"},
                                                                     {"delivered", "0 0"},
                                                                     {"installed", "4 2"},
                                                                     {"active", "4 2 on"},
                                                                     {"upgrading", "4 2"},
                                                                     {"installing", "3 3"},
                                                                     {"activating", "4 2"},
                                                                     {"deactivating", "4 2 on"},
                                                                     {"uninstalling", "4 2"}}};
    for (const auto& [before, after] : lives) {
        SoftwareFixture f;
        f.reach(before);
        const bool runs = std::string_view(before).ends_with("ing") && !f.station.running.empty() &&
                          std::string_view(before) != "checking";
        const auto texts = f.update->textsAfterReset();

        f.update->reset();
        f.scheduler.advance(0s);

        BOOST_TEST(f.now() == after, before << ": " << f.now());
        BOOST_TEST(texts.empty() == runs, before);
        BOOST_TEST((runs || texts == f.kept || f.kept.empty()), before);
        BOOST_TEST((runs || f.station.package.empty()), before);
    }
}

BOOST_AUTO_TEST_CASE(drops_an_upgrade_that_is_there_with_a_factory_reset)
{
    reach("upgrading");
    write(0, some(8), true);
    BOOST_REQUIRE(now() == "3 3");

    update->reset();
    scheduler.advance(0s);

    BOOST_TEST(now() == "4 2");
    BOOST_TEST(station.package.empty());
    BOOST_TEST(kept.at("software/logger") == "4 2 1 0");
    BOOST_TEST(!activate().has_value());
}

BOOST_AUTO_TEST_CASE(survives_whatever_was_kept)
{
    for (const auto* text :
         {" ", "7", "9 9 9 9", "x y", "2", "-1 -1", "999 999 999 999 999", "4 2 1 "})
        begin({{"software/logger", text}});

    BOOST_TEST(update->reportedState() <= 4);
}

BOOST_AUTO_TEST_SUITE_END()
