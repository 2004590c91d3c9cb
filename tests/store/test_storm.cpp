// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <random>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/base/log.hpp"
#include "agent/base/unique_fd.hpp"
#include "tests/store/canary.hpp"
#include "tests/store/shared_switch.hpp"
#include "tests/store/store_fixture.hpp"
#include "tests/store/storm_plan.hpp"

extern char** environ; // NOLINT(readability-redundant-declaration): POSIX leaves it to us

using namespace causeway;
using tests::StormPlan;

namespace {

/// A storm-writer, to be killed.
class Writer
{
public:
    Writer(const std::filesystem::path& directory,
           const std::filesystem::path& sealer,
           std::uint32_t first)
        : next_(first)
    {
        std::array<int, 2> pipe{};
        BOOST_REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
        output_ = base::UniqueFd(pipe[0]);
        const base::UniqueFd input(pipe[1]);
        std::array<std::string, 4> words{
            STORM_WRITER, directory.string(), sealer.string(), std::to_string(first)};
        std::array<char*, 5> arguments{
            words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, input.get(), STDOUT_FILENO);
        const int result =
            ::posix_spawn(&process_, STORM_WRITER, &actions, nullptr, arguments.data(), environ);
        ::posix_spawn_file_actions_destroy(&actions);
        BOOST_REQUIRE(result == 0);
    }

    ~Writer()
    {
        if (process_ > 0)
            (void)kill();
    }

    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Until so many steps are acknowledged, and then for a moment that ends inside a later step.
    void letWork(std::uint32_t steps, std::chrono::microseconds moment)
    {
        const std::uint32_t enough = next_ + steps;
        while (next_ < enough && readOne(std::chrono::seconds(20))) {
        }
        while (readOne(moment)) {
            if (next_ > enough + 2)
                break;
        }
    }

    /// Says how many steps were acknowledged in all, the ones still in the pipe included.
    [[nodiscard]] std::uint32_t kill()
    {
        ::kill(process_, SIGKILL);
        int status = 0;
        ::waitpid(process_, &status, 0);
        process_ = -1;
        BOOST_TEST(WIFSIGNALED(status));
        while (readOne(std::chrono::microseconds(0))) {
        }
        return next_;
    }

private:
    bool readOne(std::chrono::microseconds longest)
    {
        pollfd event{output_.get(), POLLIN, 0};
        const timespec limit{longest.count() / 1000000, longest.count() % 1000000 * 1000};
        if (::ppoll(&event, 1, &limit, nullptr) <= 0)
            return false;
        std::uint32_t number = 0;
        if (::read(output_.get(), &number, sizeof number) != sizeof number)
            return false;
        BOOST_TEST(number == next_);
        next_ = number + 1;
        return true;
    }

    base::UniqueFd output_;
    pid_t process_ = -1;
    std::uint32_t next_;
};

struct Fixture
{
    Fixture() { log::setLevel(log::Level::Err); }

    [[nodiscard]] std::filesystem::path sealerFile() const { return tpm.path() / "switch"; }

    Writer startWriter() { return {directory.path(), sealerFile(), acknowledged}; }

    tests::WaitingStore open()
    {
        store::StoreSettings settings;
        settings.directory = directory.path();
        return {settings, std::make_unique<fakes::ClearSealer>(sealer->get())};
    }

    /// Another gateway: nothing stored, and a counter that knows nothing of what was.
    void beginAnew()
    {
        for (const auto& place : {directory.path(), tpm.path()}) {
            std::filesystem::remove_all(place);
            std::filesystem::create_directory(place);
        }
        sealer.emplace(sealerFile());
        acknowledged = 0;
    }

    StormPlan::Devices read()
    {
        auto store = open();
        const auto snapshot = store.load();
        BOOST_REQUIRE_MESSAGE(snapshot, snapshot.error().message);
        StormPlan::Devices devices;
        for (std::uint32_t i = 0; i < StormPlan::deviceCount; ++i)
            devices.at(i) = readOne(store, *snapshot, i);
        return devices;
    }

    StormPlan::Device readOne(tests::WaitingStore& store,
                              const api::InventorySnapshot& snapshot,
                              std::uint32_t number)
    {
        const std::string name = StormPlan::name(number);
        StormPlan::Device device;
        const auto found = std::ranges::find(snapshot.devices, name, &api::DeviceSettings::name);
        device.isAttached = found != snapshot.devices.end();
        if (device.isAttached && found->pollPeriod)
            device.pollPeriod = static_cast<std::uint32_t>(found->pollPeriod->count());
        const auto states = snapshot.clientStates.find(name);
        if (states != snapshot.clientStates.end() && states->second.contains("step"))
            device.state = static_cast<std::uint32_t>(std::stoul(states->second.at("step")));
        const auto account = std::ranges::find(
            snapshot.servers, StormPlan::account(number), &api::ServerSettings::name);
        if (account != snapshot.servers.end())
            device.lifetime = static_cast<std::uint32_t>(account->lifetime.count());
        device.keySeed = seedOf(store.fetch({name, "leshan"}));
        device.bootstrap = seedOf(store.fetch({name, StormPlan::delivered(number)}));
        BOOST_TEST(device.bootstrap.has_value() == snapshot.bootstrapped.contains(name));
        return device;
    }

    /// The seed is found by trying the latest steps' keys.
    std::optional<std::uint32_t> seedOf(const base::Expected<api::PskCredential>& fetched) const
    {
        if (!fetched) {
            BOOST_CHECK(fetched.error().kind == base::ErrorKind::NotFound);
            return std::nullopt;
        }
        for (std::uint32_t back = 0; back <= acknowledged + 1; ++back) {
            const std::uint32_t seed = StormPlan::firstSeed + acknowledged + 1 - back;
            for (const std::uint32_t one : {seed, seed + StormPlan::secondSeed}) {
                if (fetched->key.equals(tests::goodKey(one).view()))
                    return one;
            }
        }
        BOOST_ERROR("a key that nobody stored");
        return std::nullopt;
    }

    void checkNoKeyShows() const
    {
        for (std::uint32_t back = 0; back <= std::min(acknowledged, 3 * StormPlan::deviceCount);
             ++back) {
            const auto key = tests::goodKey(StormPlan::firstSeed + acknowledged - back);
            BOOST_TEST(tests::fileShowing(directory.path(), key.view()) == "");
        }
    }

    tests::TemporaryDirectory directory;
    tests::TemporaryDirectory tpm;
    std::optional<tests::SharedSwitch> sealer{std::in_place, sealerFile()};
    std::uint32_t acknowledged = 0; ///< steps
};

/// CAUSEWAY_STORM_KILLS=10000 for a night.
int killCount()
{
    const char* const wanted = std::getenv("CAUSEWAY_STORM_KILLS");
    return wanted == nullptr ? 100 : std::atoi(wanted);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(StormTest, Fixture)

BOOST_AUTO_TEST_CASE(has_every_acknowledged_write_after_each_kill)
{
    std::mt19937 random(4711);
    std::uint32_t survivedInFlight = 0;

    for (int i = 0; i < killCount(); ++i) {
        Writer writer = startWriter();
        writer.letWork(random() % 30, std::chrono::microseconds(random() % 1500));
        acknowledged = writer.kill();
        checkNoKeyShows();

        const auto found = read();

        const bool isInFlightThere = found == StormPlan::after(acknowledged + 1);
        BOOST_REQUIRE_MESSAGE(isInFlightThere || found == StormPlan::after(acknowledged),
                              "kill " << i << " after " << acknowledged << " steps");
        if (isInFlightThere) {
            ++acknowledged;
            ++survivedInFlight;
        }
    }

    BOOST_TEST_MESSAGE(acknowledged << " steps acknowledged, none lost; " << survivedInFlight
                                    << " more were on disk before their acknowledgement");
}

BOOST_AUTO_TEST_CASE(begins_whole_when_it_was_killed_while_making_the_database)
{
    std::mt19937 random(815);

    for (int i = 0; i < 15; ++i) {
        beginAnew();
        Writer writer = startWriter();
        writer.letWork(0, std::chrono::microseconds(random() % 20000));
        acknowledged = writer.kill();

        auto found = read();

        if (acknowledged == 0) // not all of them were attached yet
            for (auto& device : found)
                device.isAttached = true;
        BOOST_TEST((found == StormPlan::after(acknowledged) ||
                    found == StormPlan::after(acknowledged + 1)));
    }
}

BOOST_AUTO_TEST_CASE(r07_r42_shows_no_key_in_any_file_while_open_or_closed)
{
    const api::CredentialId id{"meter-1", "leshan"};
    {
        auto store = open();
        store.furnish({"meter-1"});
        for (std::uint32_t seed = 1; seed <= 5; ++seed) {
            BOOST_REQUIRE(store.keep(id, "id-1", tests::goodKey(seed)));
            BOOST_TEST(tests::fileShowing(directory.path(), tests::goodKey(seed).view()) == "");
        }
        BOOST_REQUIRE(store.remove(id));
        BOOST_REQUIRE(store.generate(id, "id-1"));
    }

    for (std::uint32_t seed = 1; seed <= 5; ++seed)
        BOOST_TEST(tests::fileShowing(directory.path(), tests::goodKey(seed).view()) == "");
}

BOOST_AUTO_TEST_CASE(leaves_no_wrapped_copy_of_a_replaced_key_behind)
{
    auto store = open();
    store.furnish({"meter-1"});
    const api::CredentialId id{"meter-1", "leshan"};
    BOOST_REQUIRE(store.keep(id, "the-old-identity", tests::goodKey(1)));

    BOOST_REQUIRE(store.keep(id, "the-new-identity", tests::goodKey(2)));

    const auto shows = [&](std::string_view text) {
        return !tests::fileShowing(directory.path(), base::asBytes(text)).empty();
    };
    BOOST_TEST(!shows("the-old-identity"));
    BOOST_TEST(shows("the-new-identity"));
}

BOOST_AUTO_TEST_SUITE_END()
