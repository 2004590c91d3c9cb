// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <optional>

#include <boost/test/unit_test.hpp>

#include "tests/unit/lwm2m/firmware_fixture.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using base::ErrorKind;
using model::OutcomeCode;
using tests::UpdateFixture;

namespace {

/// What a server does in a state, what it is answered, and what /5/0/3 and /5/0/5 say then.
struct Row
{
    std::string_view state;
    std::string_view what;
    OutcomeCode answer;
    std::string_view then;
};

constexpr auto ok = OutcomeCode::Changed;
constexpr auto notNow = OutcomeCode::MethodNotAllowed;
constexpr auto incomplete = OutcomeCode::RequestIncomplete;
constexpr auto tooLarge = OutcomeCode::RequestTooLarge;

// LwM2M Core appendix E.6.
constexpr std::array table{
    Row{"idle", "first piece", ok, "1 0"},
    Row{"idle", "next piece", incomplete, "0 0"},
    Row{"idle", "whole package", ok, "2 0"},
    Row{"idle", "too large", tooLarge, "0 2"},
    Row{"idle", "URI", ok, "1 0"},
    Row{"idle", "unspoken URI", ok, "0 9"},
    Row{"idle", "no URI", ok, "0 7"},
    Row{"idle", "empty URI", ok, "0 0"},
    Row{"idle", "NUL", ok, "0 0"},
    Row{"idle", "empty package", ok, "0 0"},
    Row{"idle", "update", notNow, "0 0"},
    Row{"idle", "cancel", ok, "0 10"},
    Row{"updated", "cancel", notNow, "0 1"},
    Row{"updated", "NUL", ok, "0 0"},
    Row{"updated", "first piece", ok, "1 0"},
    Row{"updated", "update", notNow, "0 1"},
    Row{"downloading", "first piece", ok, "1 0"},
    Row{"downloading", "next piece", ok, "1 0"},
    Row{"downloading", "piece of another server", incomplete, "1 0"},
    Row{"downloading", "piece with a gap", incomplete, "1 0"},
    Row{"downloading", "last piece", ok, "2 0"},
    Row{"downloading", "too large", tooLarge, "0 2"},
    Row{"downloading", "URI", notNow, "1 0"},
    Row{"downloading", "no URI", notNow, "1 0"},
    Row{"downloading", "empty URI", ok, "0 0"},
    Row{"downloading", "NUL", ok, "0 0"},
    Row{"downloading", "update", notNow, "1 0"},
    Row{"downloading", "cancel", ok, "0 10"},
    Row{"fetching", "first piece", notNow, "1 0"},
    Row{"fetching", "next piece", incomplete, "1 0"},
    Row{"fetching", "URI", notNow, "1 0"},
    Row{"fetching", "no URI", notNow, "1 0"},
    Row{"fetching", "unspoken URI", notNow, "1 0"},
    Row{"fetching", "empty URI", ok, "0 0"},
    Row{"fetching", "NUL", ok, "0 0"},
    Row{"fetching", "update", notNow, "1 0"},
    Row{"fetching", "cancel", ok, "0 10"},
    Row{"checking", "first piece", notNow, "1 0"},
    Row{"checking", "next piece", incomplete, "1 0"},
    Row{"checking", "URI", notNow, "1 0"},
    Row{"checking", "empty URI", ok, "0 0"},
    Row{"checking", "NUL", ok, "0 0"},
    Row{"checking", "update", notNow, "1 0"},
    Row{"checking", "cancel", ok, "0 10"},
    Row{"downloaded", "first piece", notNow, "2 0"},
    Row{"downloaded", "next piece", incomplete, "2 0"},
    Row{"downloaded", "URI", notNow, "2 0"},
    Row{"downloaded", "empty URI", ok, "0 0"},
    Row{"downloaded", "NUL", ok, "0 0"},
    Row{"downloaded", "update", ok, "3 0"},
    Row{"downloaded", "cancel", ok, "0 10"},
    Row{"updating", "first piece", notNow, "3 0"},
    Row{"updating", "next piece", incomplete, "3 0"},
    Row{"updating", "URI", notNow, "3 0"},
    Row{"updating", "empty URI", notNow, "3 0"},
    Row{"updating", "NUL", notNow, "3 0"},
    Row{"updating", "update", notNow, "3 0"},
    Row{"updating", "cancel", notNow, "3 0"},
};

OutcomeCode send(UpdateFixture& f, std::string_view what)
{
    if (what == "first piece")
        return f.write(0, UpdateFixture::some(16), false);
    if (what == "next piece")
        return f.write(16, UpdateFixture::some(16), false);
    if (what == "last piece")
        return f.write(16, UpdateFixture::some(3), true);
    if (what == "piece of another server")
        return f.write(16, UpdateFixture::some(16), false, 2);
    if (what == "piece with a gap")
        return f.write(32, UpdateFixture::some(16), false);
    if (what == "whole package")
        return f.write(0, UpdateFixture::some(100), true);
    if (what == "too large")
        return f.write(f.update->reportedState() == 0 ? 0 : 16, UpdateFixture::some(5000), false);
    if (what == "NUL")
        return f.write(0, {0}, true);
    if (what == "empty package")
        return f.write(0, {}, true);
    if (what == "URI")
        return f.writeUri("coap://127.0.0.1/firmware");
    if (what == "unspoken URI")
        return f.writeUri("ftp://127.0.0.1/firmware");
    if (what == "no URI")
        return f.writeUri("over there");
    if (what == "empty URI")
        return f.writeUri("");
    return what == "update" ? f.execute() : f.cancel();
}

} // namespace

BOOST_AUTO_TEST_SUITE(firmware_update)

BOOST_AUTO_TEST_CASE(goes_by_the_table_of_the_standard)
{
    for (const Row& row : table) {
        UpdateFixture f;
        f.reach(std::string(row.state));

        const auto answer = send(f, row.what);

        BOOST_TEST((answer == row.answer), row.state << ": " << row.what);
        BOOST_TEST(f.now() == row.then, row.state << ": " << row.what << ": " << f.now());
    }
}

BOOST_FIXTURE_TEST_CASE(puts_pieces_together_in_order, UpdateFixture)
{
    write(0, {1, 2}, false);
    write(2, {3, 4}, false);

    BOOST_TEST((write(4, {5}, true) == ok));

    BOOST_TEST((station.package == base::Bytes{1, 2, 3, 4, 5}));
}

BOOST_FIXTURE_TEST_CASE(begins_anew_when_a_server_does, UpdateFixture)
{
    write(0, {1, 2}, false);
    write(2, {3, 4}, false);

    BOOST_TEST((write(0, {9, 8}, false) == ok));
    BOOST_TEST((write(2, {7}, true) == ok));

    BOOST_TEST((station.package == base::Bytes{9, 8, 7}));
}

BOOST_FIXTURE_TEST_CASE(believes_a_size_that_is_told_in_advance, UpdateFixture)
{
    const auto answer = ask([&](auto done) {
        update->write({{5, 0, 0}, 1, 0, 4097, false, some(16)}, std::move(done));
    });

    BOOST_TEST((answer == tooLarge));
    BOOST_TEST(now() == "0 2");
    BOOST_TEST(station.package.empty());
}

// RFC 7959 §2.9.3.
BOOST_FIXTURE_TEST_CASE(says_how_large_a_package_may_be, UpdateFixture)
{
    std::optional<std::uint32_t> largest;
    update->write({{5, 0, 0}, 1, 0, 4097, false, some(16)},
                  [&](const model::Outcome& outcome) { largest = outcome.largestBody; });

    BOOST_TEST(largest.value() == 4096U);
}

BOOST_FIXTURE_TEST_CASE(takes_a_package_of_the_largest_size, UpdateFixture)
{
    BOOST_TEST((write(0, some(4096), true) == ok));

    BOOST_TEST(now() == "2 0");
}

BOOST_FIXTURE_TEST_CASE(gives_up_on_a_server_that_falls_silent, UpdateFixture)
{
    write(0, some(16), false);
    scheduler.advance(246s);
    BOOST_TEST(now() == "1 0");

    scheduler.advance(1s);

    BOOST_TEST(now() == "0 4");
    BOOST_TEST(station.discards == 2); // once at the start
    BOOST_TEST((write(16, some(16), false) == incomplete));
}

BOOST_FIXTURE_TEST_CASE(says_that_the_disk_is_full, UpdateFixture)
{
    station.disk = base::fail(ErrorKind::LimitExceeded, "the gateway's disk is full");

    BOOST_TEST((write(0, some(16), false) == tooLarge));

    BOOST_TEST(now() == "0 2");
}

BOOST_FIXTURE_TEST_CASE(says_that_the_disk_is_broken, UpdateFixture)
{
    station.disk = base::fail(ErrorKind::StorageFailed, "I/O error");

    BOOST_TEST((write(0, some(16), true) == OutcomeCode::InternalServerError));

    BOOST_TEST(now() == "0 2");
}

BOOST_FIXTURE_TEST_CASE(answers_a_piece_that_a_reset_has_overtaken, UpdateFixture)
{
    write(0, some(16), false);
    std::optional<OutcomeCode> answer;
    update->write({{5, 0, 0}, 1, 16, {}, true, some(16)},
                  [&](const model::Outcome& outcome) { answer = outcome.code; });

    BOOST_TEST((writeUri("") == ok));

    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST((*answer == incomplete));
    BOOST_TEST(now() == "0 0");
}

BOOST_FIXTURE_TEST_CASE(is_done_when_the_command_says_so, UpdateFixture)
{
    reach("updating");

    end({});

    BOOST_TEST(now() == "0 1");
    BOOST_TEST(station.package.empty());
    BOOST_TEST(failures.empty());
}

BOOST_FIXTURE_TEST_CASE(tells_that_a_package_is_there_when_that_is_on_disk, UpdateFixture)
{
    isDiskSlow = true;
    write(0, some(8), true);
    BOOST_TEST((kept == api::ClientState{
                            {"firmware", "1 0"}, {"firmware/uri", ""}, {"firmware/version", ""}}));
    commit({});
    BOOST_TEST((kept == api::ClientState{
                            {"firmware", "2 0"}, {"firmware/uri", ""}, {"firmware/version", ""}}));
    BOOST_TEST(now() == "1 0");

    commit({});

    BOOST_TEST(now() == "2 0");
}

BOOST_FIXTURE_TEST_CASE(updates_for_a_server_that_does_not_wait_for_the_disk, UpdateFixture)
{
    isDiskSlow = true;
    write(0, some(8), true);

    BOOST_TEST((execute() == ok));

    BOOST_TEST(now() == "3 0");
}

// Else a power cut leaves "Updating" and nothing to install.
BOOST_FIXTURE_TEST_CASE(keeps_the_package_until_its_success_is_on_disk, UpdateFixture)
{
    reach("updating");
    isDiskSlow = true;

    end({});

    BOOST_TEST(kept.at("firmware") == "0 1");
    BOOST_TEST(now() == "3 0");
    BOOST_TEST(!station.package.empty());
    commit({});
    BOOST_TEST(now() == "0 1");
    BOOST_TEST(station.package.empty());
}

BOOST_FIXTURE_TEST_CASE(goes_on_when_nothing_can_be_kept, UpdateFixture)
{
    isDiskSlow = true;
    write(0, some(8), true);
    for (int i = 0; i < 3; ++i)
        commit(base::fail(ErrorKind::StorageFailed, "I/O error"));

    BOOST_TEST(now() == "2 0");
    BOOST_TEST(!isKept);
}

BOOST_FIXTURE_TEST_CASE(writes_no_faster_than_the_disk, UpdateFixture)
{
    isDiskSlow = true;
    for (int i = 0; i < 100; ++i) {
        writeUri("ftp://example.com/firmware");
        writeUri("");
    }
    writeUri("over there");

    BOOST_TEST(commits == 1);
    commit({});
    BOOST_TEST(commits == 2);
    BOOST_TEST((kept == api::ClientState{{"firmware", "0 7"},
                                         {"firmware/uri", "over there"},
                                         {"firmware/version", ""}}));
}

// OMA ETS 779.
BOOST_FIXTURE_TEST_CASE(keeps_the_package_when_the_update_fails, UpdateFixture)
{
    reach("updating");

    end(base::fail(ErrorKind::Refused, "exit status 1"));

    BOOST_TEST(now() == "2 8");
    BOOST_TEST(!station.package.empty());
    BOOST_TEST(failures.back() == "the update failed: exit status 1");
    BOOST_TEST((execute() == ok));
    BOOST_TEST(now() == "3 0");
}

BOOST_FIXTURE_TEST_CASE(has_a_package_checked_before_it_is_offered, UpdateFixture)
{
    for (const auto& [verdict, then] :
         {std::pair<base::Expected<void>, std::string>{{}, "2 0"},
          {base::fail(ErrorKind::Refused, "exit status 1"), "0 5"},
          {base::fail(ErrorKind::Timeout, "it took too long"), "0 8"},
          {base::fail(ErrorKind::NotFound, "it cannot be started"), "0 8"},
          {base::fail(ErrorKind::StorageFailed, "the disk is read-only"), "0 8"},
          {base::fail(ErrorKind::NotSupported, "exit status 2"), "0 6"}}) {
        UpdateFixture f;
        f.reach("checking");
        BOOST_TEST(f.now() == "1 0");

        f.end(verdict);

        BOOST_TEST(f.now() == then);
    }
}

BOOST_FIXTURE_TEST_CASE(does_not_hear_a_check_that_was_cancelled, UpdateFixture)
{
    reach("checking");
    cancel();

    end({});

    BOOST_TEST(now() == "0 10");
}

BOOST_FIXTURE_TEST_CASE(goes_on_after_a_restart, UpdateFixture)
{
    const std::array<std::pair<std::string, std::string>, 5> lives{{{"idle", "0 0"},
                                                                    {"downloading", "0 4"},
                                                                    {"checking", "0 4"},
                                                                    {"downloaded", "2 0"},
                                                                    {"updating", "2 8"}}};
    for (const auto& [before, after] : lives) {
        UpdateFixture f;
        f.reach(before);
        f.scheduler.advance(0s);

        f.begin(f.kept);

        BOOST_TEST(f.now() == after, before);
    }
}

BOOST_FIXTURE_TEST_CASE(believes_no_state_without_its_package, UpdateFixture)
{
    for (const auto& [text, then] : {std::pair("2 0", "0 0"), {"2 8", "0 8"}, {"3 0", "0 8"}}) {
        begin({{"firmware", text}});
        scheduler.advance(0s);

        BOOST_TEST(now() == then, text);
        BOOST_TEST((execute() == notNow));
        BOOST_TEST(failures.size() == 1U);
        failures.clear();
    }
}

BOOST_FIXTURE_TEST_CASE(sees_that_a_failed_update_took_its_package, UpdateFixture)
{
    reach("updating");
    station.package.clear();

    end(base::fail(ErrorKind::Refused, "exit status 1"));

    BOOST_TEST(now() == "0 8");
}

BOOST_FIXTURE_TEST_CASE(keeps_a_result_and_a_uri_over_a_restart, UpdateFixture)
{
    writeUri("ftp://example.com/firmware");

    begin(kept);

    BOOST_TEST(now() == "0 9");
    BOOST_TEST(update->uri() == "ftp://example.com/firmware");
}

BOOST_FIXTURE_TEST_CASE(survives_whatever_was_kept, UpdateFixture)
{
    for (const auto* text : {" ", "7", "9 9", "x y", "2", "-1 -1"})
        begin({{"firmware", text}});

    BOOST_TEST(update->reportedState() <= 3);
}

BOOST_AUTO_TEST_CASE(leaves_nothing_behind_a_factory_reset_but_an_update_that_runs)
{
    for (const std::string state : {"idle", "downloading", "fetching", "checking", "downloaded"}) {
        UpdateFixture f;
        f.reach(state);
        BOOST_TEST(f.update->mayReset(), state);

        f.update->reset();

        BOOST_TEST(f.update->reportedState() == 0, state);
        BOOST_TEST((f.update->result() == FirmwareResult::Initial), state);
        BOOST_TEST(f.update->uri() == "", state);
        BOOST_TEST(f.station.package.empty(), state);
    }
    UpdateFixture f;
    f.reach("updating");
    BOOST_TEST(!f.update->mayReset());

    f.update->reset();

    BOOST_TEST(f.update->reportedState() == 3);
    BOOST_TEST(!f.station.package.empty());
}

BOOST_FIXTURE_TEST_CASE(tells_nothing_when_nothing_changed, UpdateFixture)
{
    scheduler.advance(0s);
    writeUri("");
    write(1000, some(1), false);

    BOOST_TEST(changes == 0);
    write(0, some(16), false);
    write(16, some(16), false);
    BOOST_TEST(changes == 1);
}

BOOST_AUTO_TEST_SUITE_END()
