// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "agent/base/bytes.hpp"

namespace causeway::store {

/// What the first octets of a SQLite file say (SQLite file format §1.3).
struct DatabaseHeader
{
    static constexpr std::size_t size = 100;

    std::uint32_t userVersion = 0;
    std::uint32_t applicationId = 0;
};

/// Nothing when they are not the start of a SQLite file. Looked at before SQLite opens the file,
/// because opening a foreign one may already change it.
[[nodiscard]] std::optional<DatabaseHeader> decodeDatabaseHeader(base::ByteView octets);

} // namespace causeway::store
