// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// Standard output as something that can fail: a full disk, a closed descriptor.
namespace causeway::dbus::ctl {

/// Opens what is closed of descriptors 0, 1 and 2, so that a bus connection or a file of keys never
/// becomes the standard output. For the beginning of main().
void occupyStandardStreams();

/// Before a secret is asked for that can be had only once: Failure when standard output cannot take
/// `octets` more, as far as that can be known before.
void reserveOutput(std::size_t octets);

/// Writes out what is buffered; Failure when something of all that was printed did not go out.
void finishOutput();

} // namespace causeway::dbus::ctl
