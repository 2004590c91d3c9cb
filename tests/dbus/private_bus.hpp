// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <sys/types.h>

#include "tests/fakes/temporary_directory.hpp"

namespace causeway::tests {

/// A dbus-daemon of this test's own, ready when constructed, ended when destroyed.
class PrivateBus
{
public:
    PrivateBus();
    ~PrivateBus();
    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;

    /// Without the guid, which is another one after restart().
    [[nodiscard]] const std::string& address() const { return address_; }

    /// As the first daemon told it, with its guid.
    [[nodiscard]] const std::string& firstAddress() const { return firstAddress_; }

    /// Another daemon at the same address; who was connected is not any more.
    void restart();

private:
    void start();
    void end();

    fakes::TemporaryDirectory directory_;
    pid_t daemon_ = -1;
    std::string address_;
    std::string firstAddress_;
};

} // namespace causeway::tests
