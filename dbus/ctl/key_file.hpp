// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/unique_fd.hpp"

namespace causeway::dbus::ctl {

/// More than one key with its identity, or a recovery key, takes, as text or JSON.
inline constexpr std::size_t keyTextOctets = 4096;

/// A new file that only its owner can read; it goes again when nothing was written. Made before the
/// export, which works only once: a file that cannot be made or filled must not cost the key.
class KeyFile
{
public:
    /// Takes room for `octets` on the disk. Failure when it is there already, cannot be made or
    /// there is no room.
    KeyFile(std::string name, std::size_t octets);
    ~KeyFile();
    KeyFile(const KeyFile&) = delete;
    KeyFile& operator=(const KeyFile&) = delete;

    /// Failure when it is not safely on the disk. What was written of it then stays.
    void write(std::string_view text);

private:
    void reserve(std::size_t octets);

    std::string name_;
    base::UniqueFd file_;
    bool isWritten_ = false;
};

/// Where one key goes that can be had only once: none, but room on standard output, for "-".
[[nodiscard]] std::optional<KeyFile> placeForKey(const std::string& file);

} // namespace causeway::dbus::ctl
