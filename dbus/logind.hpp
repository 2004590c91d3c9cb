// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "agent/base/expected.hpp"
#include "agent/base/unique_function.hpp"

namespace sdbus {
class IConnection;
class IProxy;
} // namespace sdbus

namespace causeway::dbus {

/// systemd-logind, as far as we ask it. Main thread; the connection outlives it.
class Logind
{
public:
    explicit Logind(sdbus::IConnection& connection);
    ~Logind();
    Logind(const Logind&) = delete;
    Logind& operator=(const Logind&) = delete;

    using Done = base::UniqueFunction<void(base::Expected<void>)>;

    /// Reboots the machine if polkit lets this process; nobody is asked for a password. Done when
    /// it has begun, within some seconds; NotAuthorized when it may not, Unreachable when nobody
    /// answers.
    void reboot(Done done);

private:
    std::unique_ptr<sdbus::IProxy> manager_;
};

} // namespace causeway::dbus
