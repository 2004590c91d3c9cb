// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/event_loop.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::dbus::ctl {

/// Ctrl-C and SIGTERM as a callback on the loop: the usual end of a command that has no other.
class Interrupts
{
public:
    Interrupts(base::EventLoop& loop, base::Task interrupted);

private:
    base::UniqueFd fd_;
    base::Task interrupted_;
    base::Watch watch_;
};

} // namespace causeway::dbus::ctl
