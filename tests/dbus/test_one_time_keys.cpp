// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/dbus/running_gateway.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using causeway::tests::Finished;
using causeway::tests::RunningGateway;

namespace {

/// A gateway with one exportable key for one device, one list of keys and a recovery key to make.
struct Fixture : RunningGateway
{
    Fixture()
    {
        BOOST_REQUIRE_EQUAL(ctl({"credential", "generate", "meter-1", "main"}).exitCode, 0);
        inside([](World& world) {
            world.lists.exportable.push_back(
                {"meter-1", "urn:1", base::toBytes("id"), base::Secret(base::asBytes("key")), 0});
        });
    }

    /// causewayctl in a shell: `before` it, then redirected.
    [[nodiscard]] Finished shell(const std::string& before,
                                 const std::string& arguments,
                                 const std::string& redirection = "") const
    {
        return causeway::tests::run(
            {"sh", "-c", fmt::format("{}\n{} {} {}", before, CAUSEWAYCTL, arguments, redirection)},
            "",
            {{"CAUSEWAY_BUS", address()}});
    }

    std::string madeKeys()
    {
        return inside(
            [](World& world) { return fmt::format("{}", fmt::join(world.keyStore.done, " ")); });
    }

    fakes::TemporaryDirectory directory;
    std::string file = directory.path() / "key";
};

// A limit of the size of files fails like a full disk; the signal would end the program first.
const std::string onFullDisk = "trap '' XFSZ; ulimit -f 0";

} // namespace

BOOST_FIXTURE_TEST_SUITE(one_time_keys, Fixture)

BOOST_AUTO_TEST_CASE(nothing_that_could_not_be_printed_counts_as_done)
{
    for (const std::string command :
         {"devices", "--json devices", "--help", "device enable meter-1"}) {
        const auto finished = shell("", command, "> /dev/full");
        BOOST_TEST(finished.exitCode == 1, command);
        BOOST_TEST(finished.errors.starts_with("causewayctl: standard output cannot be written"),
                   finished.errors);
    }
}

BOOST_AUTO_TEST_CASE(r39_a_key_is_not_asked_for_when_standard_output_takes_nothing)
{
    for (const std::string target : {"> /dev/full", ">&-", "< /dev/null >&0"}) {
        const auto exported = shell("", "credential export meter-1 main", target);
        const auto made = shell("", "keystore recovery-key", target);
        BOOST_TEST(exported.exitCode == 1, target);
        BOOST_TEST(made.exitCode == 1, target);
        BOOST_TEST(exported.errors.find("standard output") != std::string::npos, exported.errors);
    }

    BOOST_TEST(madeKeys() == "");
    BOOST_TEST(ctl({"credential", "export", "meter-1", "main"}).exitCode == 0);
}

BOOST_AUTO_TEST_CASE(r39_a_key_is_not_asked_for_when_the_disk_is_full)
{
    for (const auto& target : {"--file " + file, "> " + file}) {
        const auto exported = shell(onFullDisk, "credential export meter-1 main", target);
        const auto rotated = shell(onFullDisk, "keystore rotate", target);
        BOOST_TEST(exported.exitCode == 1, target);
        BOOST_TEST(rotated.exitCode == 1, target);
        BOOST_TEST(exported.errors.find("File too large") != std::string::npos, exported.errors);
        BOOST_TEST(std::filesystem::exists(file) == (target.front() == '>'));
        std::filesystem::remove(file);
    }

    BOOST_TEST(madeKeys() == "");
    BOOST_TEST(ctl({"credential", "export", "meter-1", "main", "--file", file}).exitCode == 0);
    BOOST_TEST(std::filesystem::file_size(file) == 65U);
}

BOOST_AUTO_TEST_CASE(r39_a_list_of_keys_is_not_asked_for_when_the_disk_is_full)
{
    const auto lost = shell(onFullDisk, "credential export-all main --file " + file);
    const auto kept = ctl({"credential", "export-all", "main", "--file", file});

    BOOST_TEST(lost.exitCode == 1);
    BOOST_TEST(lost.errors.find("File too large") != std::string::npos, lost.errors);
    BOOST_TEST(kept.exitCode == 0, kept.errors);
}

BOOST_AUTO_TEST_SUITE_END()
