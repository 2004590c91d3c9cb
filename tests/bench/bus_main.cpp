// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/base/event_loop.hpp"
#include "dbus/service.hpp"
#include "tests/bench/measurement.hpp"
#include "tests/dbus/private_bus.hpp"
#include "tests/fakes/fake_credential_lists.hpp"
#include "tests/fakes/fake_gateway.hpp"
#include "tests/fakes/fake_key_store_control.hpp"
#include "tests/fakes/fake_renewals.hpp"
#include "tests/fakes/fake_smartcard.hpp"

// What the objects of many devices cost on D-Bus, and how long the loop stands still for a caller
// who asks for all of them.

namespace causeway::bench {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience(120);

double millisecondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// As a registered device looks: every property has something to say.
api::DeviceStatus deviceStatus(const std::string& name)
{
    api::RegistrationStatus registration;
    registration.server = "main";
    registration.state = api::RegistrationStatus::State::Registered;
    registration.location = "/rd/" + name;
    registration.registeredAt = registration.channelSince = base::WallTime{};
    registration.channel = api::ChannelFacts{
        api::SecurityMode::Psk, 0xC0A8, "TLS_PSK_WITH_AES_128_CCM_8", false, true, false, {}};
    registration.counters = {{"registrations", 1}, {"updates", 12}, {"requests", 7}};
    api::DeviceStatus status;
    status.settings.name = name;
    status.settings.profile = "eastron-sdm120";
    status.settings.line = "rtu-0";
    status.settings.servers = {"main"};
    status.endpointName = name;
    status.field = api::DeviceStatus::Field::Available;
    status.registrations = {registration};
    status.counters = {{"polls", 1000}, {"failedPolls", 3}};
    return status;
}

/// busctl, which asks for all objects; its output goes nowhere.
class Caller
{
public:
    explicit Caller(const std::string& bus)
    {
        const std::string address = "--address=" + bus;
        const char* const arguments[] = {"busctl", // NOLINT: what posix_spawnp() takes
                                         address.c_str(),
                                         "--timeout=120",
                                         "call",
                                         "org.causeway.Gateway1",
                                         "/org/causeway/Gateway1",
                                         "org.freedesktop.DBus.ObjectManager",
                                         "GetManagedObjects",
                                         nullptr};
        posix_spawn_file_actions_t actions{};
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        const int result = ::posix_spawnp(&process_,
                                          arguments[0],
                                          &actions,
                                          nullptr,
                                          const_cast<char* const*>(arguments), // NOLINT: as above
                                          environ);
        posix_spawn_file_actions_destroy(&actions);
        if (result != 0)
            throw std::runtime_error("busctl does not start");
    }

    [[nodiscard]] bool hasEnded()
    {
        int status = 0;
        if (::waitpid(process_, &status, WNOHANG) == 0)
            return false;
        if (status != 0)
            throw std::runtime_error("busctl failed");
        return true;
    }

private:
    pid_t process_ = -1;
};

/// Until the caller has its answer; the longest that one round of the loop took.
double longestRound(base::EventLoop& loop, Caller& caller)
{
    double longest = 0;
    for (const auto begin = Clock::now(); !caller.hasEnded();) {
        const auto round = Clock::now();
        loop.runOnce(base::Duration::zero());
        longest = std::max(longest, millisecondsSince(round));
        if (Clock::now() - begin > patience)
            throw std::runtime_error("GetManagedObjects has not been answered");
    }
    return longest;
}

void measure(std::size_t count)
{
    tests::PrivateBus bus;
    base::EventLoop loop;
    fakes::FakeGateway gateway(loop);
    fakes::FakeCredentialLists lists(loop);
    fakes::FakeKeyStoreControl keyStore(loop);
    fakes::FakeRenewals renewals;
    fakes::FakeSmartcard smartcard;
    for (std::size_t i = 0; i < count; ++i) {
        const auto name = "meter-" + std::to_string(i);
        gateway.devices.emplace(name, deviceStatus(name));
    }
    const double before = residentKibibytes();
    const auto begin = Clock::now();
    dbus::Service service(
        loop, {gateway, lists, keyStore, renewals, smartcard}, {bus.address(), "bench"});
    const double exported = millisecondsSince(begin);
    const double memory = (residentKibibytes() - before) / static_cast<double>(count);
    Caller caller(bus.address());
    const auto asked = Clock::now();
    const double stall = longestRound(loop, caller);
    std::printf("{\"count\": %zu, \"export_ms\": %.1f, \"rss_kib\": %.2f, "
                "\"managed_objects_ms\": %.1f, \"stall_ms\": %.1f}\n",
                count,
                exported,
                memory,
                millisecondsSince(asked),
                stall);
}

} // namespace

} // namespace causeway::bench

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s COUNT\n", argv[0]);
        return 2;
    }
    try {
        causeway::bench::measure(std::stoul(argv[1]));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-bus: %s\n", error.what());
        return 1;
    }
}
