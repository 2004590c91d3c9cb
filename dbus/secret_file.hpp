// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"
#include "agent/base/unique_fd.hpp"

/// Secrets cross the bus as sealed memfds only: their octets pass neither the bus daemon nor a
/// monitor, and nobody can change, shorten or block what we read.
namespace causeway::dbus {

/// A key is 16 to 64 octets; the store refuses more precisely. This only bounds what we read.
/// A list of keys has a bound of its own.
inline constexpr std::size_t mostSecretOctets = 4096;

/// The octets of a memfd sealed against writing, growing and shrinking, 1 to `most` long;
/// InvalidArgument for any other file, of which nothing is read.
[[nodiscard]] base::Expected<base::Secret> readSecretFile(int fd,
                                                          std::size_t most = mostSecretOctets);

/// An empty memfd, for a secret that can be had only once: what can fail comes before.
[[nodiscard]] base::Expected<base::UniqueFd> reserveSecretFile();
/// That memfd with these octets, sealed.
[[nodiscard]] base::Expected<base::UniqueFd> fillSecretFile(base::UniqueFd reserved,
                                                            base::ByteView octets);

/// Both at once.
[[nodiscard]] base::Expected<base::UniqueFd> makeSecretFile(base::ByteView octets);

} // namespace causeway::dbus
