// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <utility>

#include "agent/base/error.hpp"

namespace causeway::dbus::ctl {

/// Ends a command; main() prints the sentence and turns the kind into the exit code.
class Failure final : public std::runtime_error
{
public:
    explicit Failure(const base::Error& error)
        : runtime_error(error.message)
        , kind_(error.kind)
    {}

    Failure(base::ErrorKind kind, const std::string& message)
        : runtime_error(message)
        , kind_(kind)
    {}

    [[nodiscard]] base::ErrorKind kind() const { return kind_; }

private:
    base::ErrorKind kind_;
};

} // namespace causeway::dbus::ctl
