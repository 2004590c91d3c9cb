// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/base/bytes.hpp"

/// The textual form of keys, requests and certificates (RFC 7468).
namespace causeway::dbus::ctl {

/// With lines of 64 characters; `label` is "CERTIFICATE REQUEST" or the like.
[[nodiscard]] std::string toPem(std::string_view label, base::ByteView octets);

/// The octets of the first section; those of the text itself when there is none, for DER.
[[nodiscard]] base::Bytes fromPem(std::string_view text);

/// fromPem() of a file's content. Failure when it cannot be read, or is longer than a chain of
/// certificates can be.
[[nodiscard]] base::Bytes readPemFile(const std::string& file);

} // namespace causeway::dbus::ctl
