// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/types.h>

namespace causeway::tests {

/// A TPM 2.0 in a process of its own, on loopback ports that the kernel chose. Its state lives in
/// the directory: the same directory is the same TPM. Throws when it does not start, and on stop()
/// when it did not end cleanly.
class Swtpm
{
public:
    explicit Swtpm(std::filesystem::path state);
    ~Swtpm();
    Swtpm(const Swtpm&) = delete;
    Swtpm& operator=(const Swtpm&) = delete;

    [[nodiscard]] std::string tcti() const;

    /// Power off and on again; on the same port.
    void stop();
    void start();

    /// Another chip in the same socket. Stopped meanwhile.
    void swapFor(std::filesystem::path state) { state_ = std::move(state); }

    /// The process stands still: connections are accepted by the kernel, nothing answers.
    void hang();
    void resume();

private:
    void choosePorts();
    [[nodiscard]] bool tryToStart();
    void spawn();
    void abandon();
    void signal(int number) const;

    std::filesystem::path state_;
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
};

} // namespace causeway::tests
