// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/coap/openssl_server.hpp"

#include <array>
#include <csignal>
#include <stdexcept>

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

namespace causeway::tests {

namespace {

std::vector<std::string>
pskArguments(const std::string& cipher, const std::string& key, bool givesTickets)
{
    std::vector<std::string> arguments{
        "-nocert", "-psk_identity", "meter-1", "-psk", key, "-cipher", cipher};
    if (!givesTickets)
        arguments.emplace_back("-no_ticket");
    return arguments;
}

} // namespace

OpensslServer::OpensslServer(const std::string& cipher, const std::string& key, bool givesTickets)
    : OpensslServer(pskArguments(cipher, key, givesTickets))
{}

OpensslServer::OpensslServer(std::vector<std::string> arguments, const std::string& protocol)
{
    arguments.insert(arguments.begin(),
                     {"openssl", "s_server", protocol, "-accept", "127.0.0.1:0"});
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("pipe");
    const base::UniqueFd childIn(in[0]);
    const base::UniqueFd childOut(out[1]);
    input_.reset(in[1]);
    output_.reset(out[0]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, childIn.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, childOut.get(), STDOUT_FILENO);
    std::vector<char*> pointers;
    for (std::string& argument : arguments)
        pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    std::array<char*, 1> environment{nullptr};
    const int result = ::posix_spawnp(
        &process_, "openssl", &actions, nullptr, pointers.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    if (result != 0)
        throw std::runtime_error("openssl cannot be started");
    port_ = readPort();
}

OpensslServer::~OpensslServer()
{
    input_.reset(); // the end of its input ends it once a client is there
    ::kill(process_, SIGTERM);
    int status = 0;
    ::waitpid(process_, &status, 0);
    const bool isClean = WIFEXITED(status) || (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    BOOST_TEST(isClean);
}

void OpensslServer::say(const std::vector<std::uint8_t>& octets) const
{
    const ssize_t written = ::write(input_.get(), octets.data(), octets.size());
    BOOST_TEST(written == static_cast<ssize_t>(octets.size()));
}

std::uint16_t OpensslServer::readPort()
{
    // "ACCEPT 127.0.0.1:43210"
    std::string text;
    std::array<char, 256> part{};
    for (;;) {
        const auto begin = text.find("ACCEPT 127.0.0.1:");
        if (begin != std::string::npos && text.find('\n', begin) != std::string::npos)
            return static_cast<std::uint16_t>(std::stoi(text.substr(begin + 17)));
        const ssize_t size = ::read(output_.get(), part.data(), part.size());
        if (size <= 0)
            throw std::runtime_error("openssl s_server said nothing of its port: " + text);
        text.append(part.data(), static_cast<std::size_t>(size));
    }
}

} // namespace causeway::tests
