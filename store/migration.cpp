// SPDX-License-Identifier: Apache-2.0
#include "store/migration.hpp"

#include <string>

#include <fmt/format.h>

#include "store/sqlite.hpp"

namespace causeway::store {

void createSchema(Database& database)
{
    Transaction transaction(database);
    database.execute(std::string(schemaSql()));
    database.execute(fmt::format("PRAGMA application_id = {}", applicationId));
    database.execute(fmt::format("PRAGMA user_version = {}", migrationSteps().size()));
    transaction.commit();
}

void migrate(Database& database, std::uint32_t fromVersion)
{
    if (fromVersion >= migrationSteps().size())
        return;
    Transaction transaction(database);
    for (const std::string_view step : migrationSteps().subspan(fromVersion))
        database.execute(std::string(step));
    database.execute(fmt::format("PRAGMA user_version = {}", migrationSteps().size()));
    transaction.commit();
}

} // namespace causeway::store
