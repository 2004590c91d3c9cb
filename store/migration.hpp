// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace causeway::store {

class Database;

/// "CWAY": marks a SQLite file as ours.
inline constexpr std::uint32_t applicationId = 0x43574159;

/// store/schema.sql, as it was at build time.
[[nodiscard]] std::string_view schemaSql();

/// store/migrations/*.sql in order; the number of steps taken is the file's user_version.
[[nodiscard]] std::span<const std::string_view> migrationSteps();

/// Makes today's tables in an empty file, in one transaction.
void createSchema(Database& database);

/// Takes the steps that the file has not seen, all in one transaction: killed in between, it is
/// as it was. Throws SqliteError.
void migrate(Database& database, std::uint32_t fromVersion);

} // namespace causeway::store
