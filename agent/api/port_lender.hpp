// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/base/expected.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::api {

/// Lends what field-bus lines hold open to other programs. Main thread.
class PortLender
{
public:
    virtual ~PortLender() = default;

    using Lent = base::UniqueFunction<void(base::Expected<std::string>)>;

    /// Closes the line; its devices hear `reason`. `lent` comes once, later, when nobody here holds
    /// the line any more, and says where it is: "/dev/ttyUSB0", "10.0.0.7:502". NotFound for a line
    /// that does not exist. A line is lent once at a time.
    virtual void lend(const std::string& line, const std::string& reason, Lent lent) = 0;

    /// Opens the line again, unless an operator has paused it. The line may have gone meanwhile.
    virtual void takeBack(const std::string& line) = 0;
};

} // namespace causeway::api
