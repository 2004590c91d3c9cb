// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

#include "agent/base/unique_fd.hpp"

namespace causeway::tests {

/// Hears everything on a bus from its construction on.
class Monitor
{
public:
    explicit Monitor(const std::string& address);
    ~Monitor();
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    /// All octets of all messages until one with `last` in it has passed.
    [[nodiscard]] const std::string& hearUntil(std::string_view last);

private:
    pid_t program_ = -1;
    base::UniqueFd output_;
    std::string heard_;
};

} // namespace causeway::tests
