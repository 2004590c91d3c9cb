// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace causeway::bench {

/// The load server as a child, and the lines to it and from it. Throws when it does not begin;
/// one that does not end is killed, with a sentence.
class ServerProcess
{
public:
    explicit ServerProcess(const std::string& program);
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] int fd() const { return socket_; }

    void command(const std::string& line);

    /// To be called when fd() is readable.
    void receive();

    [[nodiscard]] bool hasAnswer() const { return received_.find('\n') != std::string::npos; }

    [[nodiscard]] std::string takeAnswer();

private:
    void end();

    int socket_ = -1;
    pid_t process_ = -1;
    std::uint16_t port_ = 0;
    std::string received_;
};

} // namespace causeway::bench
