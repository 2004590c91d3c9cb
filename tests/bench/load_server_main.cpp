// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>

#include <poll.h>
#include <unistd.h>

#include "tests/bench/load_server.hpp"

namespace causeway::bench {

namespace {

constexpr int stallLimit = 1000; // milliseconds

void say(const std::string& line)
{
    std::cout << line << std::endl;
}

/// Commands of the measuring program, one line each, every one answered with one line.
class Commands
{
public:
    explicit Commands(LoadServer& server)
        : server_(server)
    {}

    void obey(const std::string& line)
    {
        std::istringstream words(line);
        std::string name;
        words >> name;
        LoadServer::Load load;
        if (name == "read" || name == "observe") {
            words >> load.total >> load.window >> load.first >> load.count;
            load.observes = name == "observe";
            server_.start(load);
            isMeasuring_ = true;
        } else if (name == "half") {
            words >> load.first;
            server_.startHalfWrite(load.first);
            isMeasuring_ = true;
        } else if (name == "silent") {
            isSilent_ = true;
            say("done");
        } else {
            say("done " + std::to_string(server_.registered()) + " " +
                std::to_string(server_.notified()));
        }
    }

    void afterRound()
    {
        if (!isMeasuring_ || server_.isBusy())
            return;
        isMeasuring_ = false;
        say("done " + server_.results());
    }

    [[nodiscard]] bool isSilent() const { return isSilent_; }

private:
    LoadServer& server_;
    bool isMeasuring_ = false;
    bool isSilent_ = false;
};

/// False at the end of input.
bool readCommands(Commands& commands)
{
    static std::string received;
    std::array<char, 4096> chunk{};
    const auto size = ::read(STDIN_FILENO, chunk.data(), chunk.size());
    if (size <= 0)
        return false;
    received.append(chunk.data(), static_cast<std::size_t>(size));
    for (auto end = received.find('\n'); end != std::string::npos; end = received.find('\n')) {
        commands.obey(received.substr(0, end));
        received.erase(0, end + 1);
    }
    return true;
}

void serve()
{
    LoadServer server;
    Commands commands(server);
    say(std::to_string(server.dtls().port()));
    for (;;) {
        std::array<pollfd, 2> watched{{{STDIN_FILENO, POLLIN, 0},
                                       {commands.isSilent() ? -1 : server.dtls().fd(), POLLIN, 0}}};
        const int ready = ::poll(watched.data(), watched.size(), stallLimit);
        if (ready == 0 && server.isBusy())
            server.onStall();
        if (watched[1].revents != 0)
            server.dtls().process();
        commands.afterRound();
        if (watched[0].revents != 0 && !readCommands(commands))
            return;
    }
}

} // namespace

} // namespace causeway::bench

int main()
{
    try {
        causeway::bench::serve();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench-server: %s\n", error.what());
        return 1;
    }
}
