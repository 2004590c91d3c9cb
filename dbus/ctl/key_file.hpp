// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "agent/base/unique_fd.hpp"

namespace causeway::dbus::ctl {

/// A new file that only its owner can read; it goes again when nothing was written. Made before the
/// export, which works only once: a file that cannot be made must not cost the key.
class KeyFile
{
public:
    /// Failure when it is there already or cannot be made.
    explicit KeyFile(std::string name);
    ~KeyFile();
    KeyFile(const KeyFile&) = delete;
    KeyFile& operator=(const KeyFile&) = delete;

    void write(std::string_view text);

private:
    std::string name_;
    base::UniqueFd file_;
    bool isWritten_ = false;
};

} // namespace causeway::dbus::ctl
