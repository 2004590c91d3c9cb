// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/measurement.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/base/unique_fd.hpp"

namespace causeway::bench {

namespace {

constexpr std::size_t connectingAtOnce = 100;
constexpr std::size_t readsInFlight = 32;
constexpr std::size_t notifiesAtOnce = 50; // below what a socket buffer holds
constexpr std::size_t besideReads = 1000;
/// As long as it takes to retransmit twice (RFC 7252 §4.2: after 2 to 3 s, then twice that; RFC
/// 6347 §4.2.4.1: after 1 s, then twice that).
constexpr auto silence = std::chrono::seconds(10);
constexpr auto longestWait = std::chrono::milliseconds(100);
constexpr auto patience = std::chrono::seconds(60); // the longest step takes 5 s on a busy machine

/// A UDP port of 127.0.0.1 that takes everything and says nothing.
class SilentPort
{
public:
    SilentPort()
    {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address_;
        if (::bind(fd_.get(), asAny(), size) != 0 || ::getsockname(fd_.get(), asAny(), &size) != 0)
            throw std::runtime_error("no port of the loopback is free");
    }

    [[nodiscard]] std::uint16_t port() const { return ntohs(address_.sin_port); }

private:
    [[nodiscard]] sockaddr* asAny()
    {
        return reinterpret_cast<sockaddr*>(&address_); // NOLINT: the sockets API
    }

    base::UniqueFd fd_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address_{};
};

double wordOf(const std::string& answer, int index)
{
    std::istringstream words(answer);
    std::string skipped;
    for (int i = 0; i < index; ++i)
        words >> skipped;
    double value = 0;
    words >> value;
    return value;
}

} // namespace

double cpuMicroseconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto microseconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

double residentKibibytes()
{
    double pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> pages;
    return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1024;
}

void raiseDescriptorLimit()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

Measurement::Measurement(const Plan& plan, Fleet& fleet)
    : plan_(plan)
    , fleet_(fleet)
    , server_(plan.serverProgram)
    , otherServer_(plan.serverProgram)
{
    fleet_.watch(server_.fd(), [this] { server_.receive(); });
    fleet_.watch(otherServer_.fd(), [this] { otherServer_.receive(); });
}

void Measurement::run()
{
    fleet_.add(otherServer_.port()); // also warms up what a first handshake sets up for all
    runUntil("the first registration", [this] { return fleet_.registered() == 1; });
    const double before = residentKibibytes();
    const double registration = registerAll();
    const auto count = static_cast<double>(plan_.count);
    const double fresh = (residentKibibytes() - before) / count;
    const double read = readAll();
    const double notify = notifyAll();
    const double settled = (residentKibibytes() - before) / count;
    const double silent = readBesideSilence();
    ask(server_, "half 1");
    const double half = readBeside();
    std::printf(
        "{\"count\": %zu, \"registered\": %zu, \"rss_kib\": %.2f, \"rss_settled_kib\": %.2f, "
        "\"register_us\": %.2f, \"read_us\": %.2f, \"notify_us\": %.2f, "
        "\"p99_silent_ms\": %.3f, \"p99_half_ms\": %.3f}\n",
        plan_.count,
        fleet_.registered() - 1,
        fresh,
        settled,
        registration,
        read,
        notify,
        silent,
        half);
}

double Measurement::registerAll()
{
    const double before = cpuMicroseconds();
    for (std::size_t added = 0; added < plan_.count; ++added) {
        fleet_.add(server_.port());
        runUntil("registering", [&] { return added + 2 - fleet_.registered() < connectingAtOnce; });
    }
    runUntil("registering the last ones",
             [this] { return fleet_.registered() == plan_.count + 1; });
    return (cpuMicroseconds() - before) / static_cast<double>(plan_.count);
}

double Measurement::readAll()
{
    ask(server_, load("read", plan_.count)); // every session has answered once
    const double before = cpuMicroseconds();
    ask(server_, load("read", plan_.reads));
    return (cpuMicroseconds() - before) / static_cast<double>(plan_.reads);
}

double Measurement::notifyAll()
{
    ask(server_, load("observe", plan_.count));
    const double before = cpuMicroseconds();
    for (std::size_t sent = 0; sent < plan_.notifies;) {
        for (std::size_t i = 0; i < notifiesAtOnce && sent < plan_.notifies; ++i, ++sent)
            fleet_.notify(1 + sent % plan_.count);
        ask(server_, "count");
    }
    const double spent = cpuMicroseconds() - before;
    const auto arrived = wordOf(ask(server_, "count"), 2);
    if (arrived < static_cast<double>(plan_.notifies))
        std::fprintf(stderr, "%.0f of %zu notifications arrived\n", arrived, plan_.notifies);
    return spent / arrived;
}

double Measurement::readBesideSilence()
{
    ask(otherServer_, "observe 1 1 0 1");
    ask(otherServer_, "silent");
    fleet_.notify(0);
    fleet_.update(0);
    const SilentPort deaf;
    fleet_.add(deaf.port());
    double worst = 0;
    for (const auto end = std::chrono::steady_clock::now() + silence;
         std::chrono::steady_clock::now() < end;)
        worst = std::max(worst, readBeside());
    return worst;
}

double Measurement::readBeside()
{
    return wordOf(ask(server_, "read " + std::to_string(besideReads) + " 1 0 1"), 3) / 1000;
}

std::string Measurement::load(const std::string& kind, std::size_t total) const
{
    const auto window = std::min(readsInFlight, plan_.count);
    return kind + " " + std::to_string(total) + " " + std::to_string(window) + " 0 " +
           std::to_string(plan_.count);
}

std::string Measurement::ask(ServerProcess& server, const std::string& command)
{
    server.command(command);
    runUntil("\"" + command + "\"", [&server] { return server.hasAnswer(); });
    return server.takeAnswer();
}

// A round counts for what it may last, not for what it lasted: the process may have been stopped.
void Measurement::runUntil(const std::string& step, const std::function<bool()>& isDone)
{
    using Clock = std::chrono::steady_clock;
    Clock::duration waited{};
    while (!isDone()) {
        const auto begin = Clock::now();
        fleet_.runOnce(longestWait);
        waited += std::min<Clock::duration>(Clock::now() - begin, 2 * longestWait);
        if (waited > patience)
            throw std::runtime_error(step + " has not ended: " + fleet_.whereabouts());
    }
}

} // namespace causeway::bench
