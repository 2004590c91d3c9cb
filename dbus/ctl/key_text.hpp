// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"

/// Keys as people have them in files. They never come as an argument, which every user of the
/// machine could read.
namespace causeway::dbus::ctl {

enum class KeyFormat : unsigned char {
    Automatic, ///< hexadecimal when it can be read so, else base64
    Hexadecimal,
    Base64,
    Raw, ///< the file's octets are the key
};

/// Blanks and line ends do not count, except in Raw.
[[nodiscard]] base::Expected<base::Secret> decodeKey(std::string_view text, KeyFormat format);

/// From a file, or from standard input for "-" (without echo when that is a terminal).
[[nodiscard]] base::Expected<base::Secret> readKey(const std::string& file, KeyFormat format);

/// What is in the file or comes from standard input, at most so many octets; not decoded. A person
/// at a terminal is told what is waited for. Failures name the file.
[[nodiscard]] base::Expected<base::Secret>
readSecretText(const std::string& file, std::size_t most, std::string_view what = "Key");

} // namespace causeway::dbus::ctl
