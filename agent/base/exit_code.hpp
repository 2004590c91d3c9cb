// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace causeway::base {

/// How our programs end, the same number for the same thing in each: what the section EXIT STATUS
/// of causewayd(8) and causewayctl(1) promises to systemd and to scripts.
enum ExitCode : int {
    ExitDone = 0,
    ExitFailed = 1,         ///< the journal, or standard error, says why
    ExitUsage = 2,          ///< a wrong command line; also LSB's and systemd's number for it
    ExitUnreachable = 3,    ///< causewayctl: no bus, or no daemon on it
    ExitNotAuthorized = 4,  ///< causewayctl: polkit, or the daemon, says no
    ExitConfiguration = 78, ///< causewayd: wrong settings; EX_CONFIG of sysexits.h
};

} // namespace causeway::base
