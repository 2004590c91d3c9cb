// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>

#include "agent/base/expected.hpp"
#include "store/sqlite.hpp"

namespace causeway::store {

/// The worker's door: runs `work`, and turns what it throws into an Error.
template <typename T, typename Work>
[[nodiscard]] base::Expected<T> attempt(Work& work)
{
    try {
        return work();
    } catch (const SqliteError& error) {
        return base::fail(error.error());
    } catch (const std::exception& error) {
        return base::fail(base::ErrorKind::Internal, error.what());
    }
}

} // namespace causeway::store
