// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/log.hpp"
#include "agent/base/unique_fd.hpp"
#include "agent/updates/firmware_depot.hpp"
#include "agent/updates/package_file.hpp"
#include "tests/fakes/temporary_directory.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using base::ErrorKind;

namespace {

/// Says that it has lent a port as soon as the loop comes round.
class FakePorts final : public api::PortLender
{
public:
    explicit FakePorts(base::Scheduler& main)
        : main_(main)
    {}

    void lend(const std::string& line, const std::string& reason, Lent done) override
    {
        BOOST_TEST(lent.insert(line).second, line << " is lent twice");
        why = reason;
        main_.post([this, done = std::move(done)]() mutable { done(answer); });
    }

    void takeBack(const std::string& line) override { lent.erase(line); }

    std::set<std::string> lent;
    std::string why;
    base::Expected<std::string> answer = "/dev/ttyUSB7";

private:
    base::Scheduler& main_;
};

/// What a program waits for: it reads a line from there.
class Gate
{
public:
    explicit Gate(std::string path)
        : path_(std::move(path))
    {
        BOOST_REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
        file_.reset(::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    }

    /// A program that ends when the gate has been opened for it.
    [[nodiscard]] std::vector<std::string> program() const
    {
        return {"/bin/sh", "-c", "read open < $0", path_};
    }

    void open() { BOOST_REQUIRE(::write(file_.get(), "\n", 1) == 1); }

private:
    std::string path_;
    base::UniqueFd file_;
};

struct DepotFixture
{
    std::unique_ptr<api::FirmwareStation> open(std::vector<std::string> install,
                                               std::vector<std::string> check = {},
                                               const std::string& device = "meter-1")
    {
        api::FirmwareMethod method;
        method.install = std::move(install);
        method.check = std::move(check);
        return depot->open({device, "urn:dev:os:1", "rtu-0", "7"}, std::move(method));
    }

    void begin(agent::DepotLimits limits)
    {
        station.reset();
        depot.emplace(loop, packages, ports, limits);
    }

    /// Calls and waits: the error's kind, nothing when it went well.
    template <typename Call>
    std::optional<ErrorKind> ask(Call call)
    {
        std::optional<base::Expected<void>> heard;
        call([&heard](base::Expected<void> result) { heard = std::move(result); });
        until([&] { return heard.has_value(); });
        return *heard ? std::nullopt : std::optional(heard->error().kind);
    }

    template <typename Claim>
    void until(Claim claim)
    {
        for (int round = 0; round < 1000 && !claim(); ++round)
            loop.runOnce(100ms);
        BOOST_REQUIRE(claim());
    }

    std::optional<ErrorKind> store(std::uint64_t offset, const std::string& text)
    {
        return ask(
            [&](auto done) { station->store(offset, base::toBytes(text), std::move(done)); });
    }

    std::optional<ErrorKind> complete()
    {
        return ask([&](auto done) { station->complete(std::move(done)); });
    }

    /// What is there; 0 also when nothing is.
    std::uint64_t resume()
    {
        std::optional<std::uint64_t> there;
        station->resume([&](base::Expected<std::uint64_t> octets) { there = octets.value_or(0); });
        until([&] { return there.has_value(); });
        return *there;
    }

    std::optional<ErrorKind> install()
    {
        return ask([&](auto done) { station->install(std::move(done)); });
    }

    void deliver()
    {
        BOOST_TEST(!store(0, "new "));
        BOOST_TEST(!store(4, "firmware"));
        BOOST_TEST(!complete());
    }

    static std::string contentOf(const std::filesystem::path& file)
    {
        std::ifstream stream(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    [[nodiscard]] std::string installed() const { return contentOf(directory.path() / "flash"); }

    fakes::TemporaryDirectory directory;
    const std::filesystem::path packages = directory.path() / "firmware";
    const std::string flash = directory.path() / "flash";
    base::EventLoop loop;
    FakePorts ports{loop};
    std::optional<agent::FirmwareDepot> depot{std::in_place, loop, packages, ports};
    std::unique_ptr<api::FirmwareStation> station = open({"/bin/cp", "@package@", flash});
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(firmware_depot, DepotFixture)

BOOST_AUTO_TEST_CASE(puts_a_package_together_and_installs_it)
{
    deliver();

    BOOST_TEST(!install());

    BOOST_TEST(installed() == "new firmware");
}

BOOST_AUTO_TEST_CASE(shows_half_a_package_to_nobody)
{
    BOOST_TEST(!store(0, "half"));

    BOOST_TEST(install().has_value());

    BOOST_TEST(installed().empty());
}

BOOST_AUTO_TEST_CASE(finds_the_package_of_an_earlier_process)
{
    const auto find = [this] {
        return ask([this](auto done) { station->find(std::move(done)); });
    };
    BOOST_TEST((find() == ErrorKind::NotFound));
    store(0, "half");
    BOOST_TEST((find() == ErrorKind::NotFound));
    deliver();
    station = open({"/bin/true"});

    BOOST_TEST(!find());
}

BOOST_AUTO_TEST_CASE(begins_anew_at_the_offset_0)
{
    BOOST_TEST(!store(0, "a longer one that broke"));

    deliver();

    BOOST_TEST(contentOf(packages / "meter-1.package") == "new firmware");
}

BOOST_AUTO_TEST_CASE(goes_on_with_what_an_earlier_process_has_left)
{
    constexpr std::uint64_t stride = agent::PackageFile::stride;
    BOOST_TEST(!store(0, std::string(stride, 'a')));
    BOOST_TEST(!store(stride, "and what a power cut may take"));

    station = open({"/bin/cp", "@package@", flash});

    BOOST_TEST(resume() == stride);
    BOOST_TEST(!store(stride, "b"));
    BOOST_TEST(!complete());
    BOOST_TEST((contentOf(packages / "meter-1.package") == std::string(stride, 'a') + "b"));
}

BOOST_AUTO_TEST_CASE(has_nothing_to_go_on_with_when_nothing_is_left)
{
    BOOST_TEST(resume() == 0U);
}

BOOST_AUTO_TEST_CASE(keeps_a_package_from_others)
{
    deliver();

    const auto permissions = std::filesystem::status(packages / "meter-1.package").permissions();
    BOOST_TEST((permissions ==
                (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)));
}

BOOST_AUTO_TEST_CASE(leaves_nothing_of_a_package_that_is_discarded)
{
    deliver();
    station->discard();
    BOOST_TEST((store(4, "more") == ErrorKind::StorageFailed)); // in line behind it

    BOOST_TEST(std::filesystem::is_empty(packages));
}

BOOST_AUTO_TEST_CASE(leaves_nothing_of_a_device_that_is_detached)
{
    deliver();
    station.reset();

    depot->forget("meter-1");

    station = open({"/bin/true"}, {}, "meter-2");
    BOOST_TEST(
        ask([&](auto done) { station->find(std::move(done)); }).has_value()); // in line behind it
    BOOST_TEST(std::filesystem::is_empty(packages));
}

BOOST_AUTO_TEST_CASE(says_that_it_cannot_write)
{
    directory.write("firmware", "a file where the directory should be");

    BOOST_TEST((store(0, "new") == ErrorKind::StorageFailed));
}

BOOST_AUTO_TEST_CASE(tells_the_command_what_device_it_is_for)
{
    station = open({"/bin/sh",
                    "-c",
                    "test \"$0 $1 $2 $3\" = 'meter-1 --of=urn:dev:os:1 rtu-0 unit:7'",
                    "@device@",
                    "--of=@endpoint@",
                    "@line@",
                    "unit:@unit@"});

    BOOST_TEST(!install());
}

BOOST_AUTO_TEST_CASE(tells_a_wrong_package_from_a_broken_one)
{
    for (const auto& [status, kind] :
         {std::pair("2", ErrorKind::NotSupported), std::pair("1", ErrorKind::Refused)}) {
        station = open({"/bin/true"}, {"/bin/sh", "-c", std::string("exit ") + status});
        BOOST_TEST(station->hasCheck());

        BOOST_TEST(
            (ask([&](auto done) { station->check(std::move(done)); }) == std::optional(kind)));
    }
}

BOOST_AUTO_TEST_CASE(says_nothing_of_a_package_that_nobody_could_look_at)
{
    for (const auto& check :
         std::vector<std::vector<std::string>>{{"/nowhere/verify"},
                                               {"/bin/sh", "-c", "kill -KILL $$"},
                                               {"/bin/sh", "-c", "/nowhere/verify 2> /dev/null"}}) {
        station = open({"/bin/true"}, check);
        const auto kind = ask([&](auto done) { station->check(std::move(done)); });

        BOOST_REQUIRE(kind.has_value());
        BOOST_TEST((*kind != ErrorKind::Refused && *kind != ErrorKind::NotSupported));
    }
}

// A state that was kept of an older package must not pass for one of this.
BOOST_AUTO_TEST_CASE(finds_no_package_that_has_not_passed_its_check)
{
    const auto find = [this] {
        return ask([this](auto done) { station->find(std::move(done)); });
    };
    station = open({"/bin/cp", "@package@", flash}, {"/usr/bin/test", "-s", "@package@"});
    deliver();

    BOOST_TEST((find() == ErrorKind::NotFound));
    BOOST_TEST(install().has_value());
    BOOST_TEST(!ask([&](auto done) { station->check(std::move(done)); }));

    BOOST_TEST(!find());
    BOOST_TEST(!install());
    BOOST_TEST(installed() == "new firmware");
}

BOOST_AUTO_TEST_CASE(gives_an_installer_the_line_that_it_names)
{
    Gate gate(directory.path() / "gate");
    station = open({"/bin/sh",
                    "-c",
                    "test $0 = /dev/ttyUSB7 && read open < $1",
                    "@port@",
                    directory.path() / "gate"});
    std::optional<bool> isInstalled;
    bool wasLent = false;

    station->install([&](const base::Expected<void>& result) {
        isInstalled = result.has_value();
        wasLent = ports.lent.contains("rtu-0");
    });

    BOOST_TEST(ports.lent.contains("rtu-0"));
    BOOST_TEST(ports.why == "lent to the firmware update of meter-1");
    gate.open();
    until([&] { return isInstalled.has_value(); });
    BOOST_TEST(*isInstalled);
    BOOST_TEST(!wasLent); // it is back before the device is asked anything
}

BOOST_AUTO_TEST_CASE(leaves_the_line_to_its_devices_for_an_installer_that_does_not_name_it)
{
    deliver();

    BOOST_TEST(!install());

    BOOST_TEST(ports.why.empty());
}

BOOST_AUTO_TEST_CASE(installs_nothing_on_a_line_that_is_not_there)
{
    ports.answer = base::fail(ErrorKind::NotFound, "there is no line rtu-0");
    station = open({"/bin/cp", "@package@", flash, "@port@"});

    BOOST_TEST((install() == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(lends_a_line_to_one_installer_after_the_other)
{
    std::vector<std::unique_ptr<api::FirmwareStation>> stations;
    std::size_t ended = 0;
    for (int i = 0; i < 4; ++i) {
        stations.push_back(open({"/bin/true", "@port@"}, {}, "meter-" + std::to_string(i)));
        stations.back()->install([&](const base::Expected<void>&) { ++ended; });
    }

    until([&] { return ended == stations.size(); }); // FakePorts fails when it is lent twice

    BOOST_TEST(ports.lent.empty());
}

BOOST_AUTO_TEST_CASE(takes_a_line_back_when_the_device_goes)
{
    station = open({"/usr/bin/tail", "-f", "/dev/null", "@port@"});
    station->install([](const base::Expected<void>&) {});
    station.reset(); // before the port has been lent
    until([&] { return ports.lent.empty(); });
    station = open({"/usr/bin/tail", "-f", "/dev/null", "@port@"});
    station->install([](const base::Expected<void>&) {});
    loop.runOnce(0ms); // the program runs

    station.reset();

    until([&] { return ports.lent.empty(); });
}

BOOST_AUTO_TEST_CASE(checks_while_updates_take_their_time)
{
    Gate gate(directory.path() / "gate");
    begin({.checks = 1, .installs = 1});
    station = open(gate.program());
    std::optional<bool> isInstalled;
    station->install([&](const base::Expected<void>& result) { isInstalled = result.has_value(); });

    auto other = open({"/bin/true"}, {"/bin/false"}, "meter-2");
    const auto checked = ask([&](auto done) { other->check(std::move(done)); });

    BOOST_TEST((checked == ErrorKind::Refused));
    BOOST_TEST(!isInstalled);
    gate.open();
    until([&] { return isInstalled.has_value(); });
}

BOOST_AUTO_TEST_CASE(tells_once_that_others_wait_long)
{
    Gate gate(directory.path() / "gate");
    begin({.installs = 1, .patience = 1ms});
    station = open(gate.program());
    auto other = open({"/bin/true"}, {}, "meter-2");
    std::vector<std::string> journal;
    log::setSink([&](log::Level, const std::string& text, const std::vector<log::Field>&) {
        journal.push_back(text);
    });
    std::size_t ended = 0;
    for (auto* const each : {station.get(), other.get()})
        each->install([&](const base::Expected<void>&) { ++ended; });

    until([&] { return !journal.empty(); });
    gate.open();
    until([&] { return ended == 2; });

    log::setSink([](log::Level, const std::string&, const std::vector<log::Field>&) {});
    BOOST_TEST(journal.size() == 1U);
    BOOST_TEST(journal.front().starts_with("meter-2: the update of its firmware has waited"));
}

BOOST_AUTO_TEST_CASE(runs_a_few_programs_at_once_and_the_others_after_them)
{
    const std::string count = directory.path() / "running";
    std::vector<std::unique_ptr<api::FirmwareStation>> stations;
    std::size_t ended = 0;
    std::size_t failed = 0;
    // Each is a link while it runs; the fifth at once would see four others.
    const std::string script = "ln -s x " + count + ".$$ && set -- " + count + ".* && n=$# && rm " +
                               count + ".$$ && test $n -le " +
                               std::to_string(agent::DepotLimits{}.installs);
    for (int i = 0; i < 12; ++i) {
        stations.push_back(open({"/bin/sh", "-c", script}, {}, "meter-" + std::to_string(i)));
        stations.back()->install([&](const base::Expected<void>& result) {
            ++ended;
            failed += result ? 0 : 1;
        });
    }

    until([&] { return ended == stations.size(); });

    BOOST_TEST(failed == 0U);
}

// A program that is asked to end may be in the middle of the device's flash.
BOOST_AUTO_TEST_CASE(never_runs_two_programs_for_one_device)
{
    const std::string number = directory.path() / "number";
    const std::string gate = directory.path() / "gate";
    BOOST_REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
    station = open({"/bin/sh",
                    "-c",
                    "trap '' TERM; echo $$ > $0.new; mv $0.new $0; read open < $1",
                    number,
                    gate});
    station->install([](const base::Expected<void>&) {});
    until([&] { return std::filesystem::exists(number); });
    std::optional<bool> isAlone;

    station.reset();
    station = open({"/bin/sh", "-c", "! kill -0 $(cat $0)", number});
    station->install([&](const base::Expected<void>& result) { isAlone = result.has_value(); });

    auto other = open({"/bin/true"}, {}, "meter-2"); // in line behind it, and not held up
    BOOST_TEST(!ask([&](auto done) { other->install(std::move(done)); }));
    const base::UniqueFd opened(::open(gate.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    BOOST_REQUIRE(::write(opened.get(), "\n", 1) == 1);
    until([&] { return isAlone.has_value(); });
    BOOST_TEST(*isAlone);
}

BOOST_AUTO_TEST_CASE(says_for_whom_something_is_installed)
{
    station = open({"/bin/sleep", "30"}, {}, "meter-7");
    BOOST_TEST(depot->busyWith().empty());
    station->install([](const base::Expected<void>&) {});
    BOOST_TEST(depot->busyWith() == "meter-7");
    station.reset();
    until([&] { return depot->busyWith().empty(); });
}

BOOST_AUTO_TEST_CASE(ends_what_runs_when_the_device_goes)
{
    bool isTold = false;
    auto others = open({"/bin/true"});
    station = open({"/usr/bin/tail", "-f", "/dev/null"});
    station->install([&](const base::Expected<void>&) { isTold = true; });

    station.reset();

    BOOST_TEST(!ask([&](auto done) { others->install(std::move(done)); }));
    BOOST_TEST(!isTold);
}

BOOST_AUTO_TEST_SUITE_END()
