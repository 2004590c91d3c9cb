// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

#include "agent/base/error.hpp"

namespace causeway::store {

/// What SQLite said no to. Thrown inside the store only, where every statement can fail and each
/// failure ends the whole transaction; attempt() turns it into an Error at the worker's door.
class SqliteError : public std::runtime_error
{
public:
    SqliteError(int extendedCode, const std::string& doing, const std::string& message);

    /// Corrupt for a damaged file, InvalidArgument for a broken constraint, else StorageFailed.
    [[nodiscard]] base::Error error() const;

    /// SQLite's primary result code.
    [[nodiscard]] int code() const { return extendedCode_ & 0xff; }

private:
    int extendedCode_;
};

} // namespace causeway::store
