// SPDX-License-Identifier: Apache-2.0
#include "store/resumption_table.hpp"

namespace causeway::store {

ResumptionTable::ResumptionTable(Database& database)
    : find_(database, "SELECT kek, wrapped_state FROM resumption WHERE device = ? AND server = ?")
    , put_(database,
           "INSERT INTO resumption (device, server, kek, wrapped_state) "
           "VALUES (?, ?, ?, ?) "
           "ON CONFLICT (device, server) DO UPDATE SET kek = excluded.kek, "
           "wrapped_state = excluded.wrapped_state")
    , remove_(database, "DELETE FROM resumption WHERE device = ? AND server = ?")
{}

std::optional<ResumptionRow> ResumptionTable::find(const api::CredentialId& id)
{
    std::optional<ResumptionRow> found;
    find_.each(
        [&](const Row& row) {
            found = ResumptionRow{row.integer(0), row.octets(1)};
        },
        id.device,
        id.server);
    return found;
}

void ResumptionTable::put(const api::CredentialId& id, const ResumptionRow& row)
{
    put_.run(id.device, id.server, row.kekId, row.wrappedState);
}

void ResumptionTable::remove(const api::CredentialId& id)
{
    remove_.run(id.device, id.server);
}

} // namespace causeway::store
