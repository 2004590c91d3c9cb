// SPDX-License-Identifier: Apache-2.0
#include "store/credential_table.hpp"

#include <algorithm>

#include "store/words.hpp"

namespace causeway::store {

namespace {

constexpr Words<api::KeyResidence, 2> residences{
    {{api::KeyResidence::Store, "store"}, {api::KeyResidence::Tpm, "tpm"}}};

} // namespace

api::CredentialMark markOf(const CredentialRow& row)
{
    api::CredentialMark mark{};
    std::copy_n(
        row.fingerprint.begin(), std::min(mark.size(), row.fingerprint.size()), mark.begin());
    return mark;
}

CredentialTable::CredentialTable(Database& database)
    : find_(database,
            "SELECT version, kek, identity, wrapped_key, fingerprint, is_exportable, kind, "
            "certificates, residence "
            "FROM credential WHERE device = ? AND server = ?")
    , put_(database,
           "INSERT INTO credential (device, server, version, kek, identity, wrapped_key, "
           "fingerprint, is_exportable, kind, certificates, residence) "
           "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
           "ON CONFLICT (device, server) DO UPDATE SET version = excluded.version, "
           "kek = excluded.kek, identity = excluded.identity, "
           "wrapped_key = excluded.wrapped_key, fingerprint = excluded.fingerprint, "
           "is_exportable = excluded.is_exportable, kind = excluded.kind, "
           "certificates = excluded.certificates, residence = excluded.residence")
    , vacate_(database,
              "UPDATE credential SET identity = randomblob(32), fingerprint = randomblob(32) "
              "WHERE device = ? AND server = ?")
    , remove_(database, "DELETE FROM credential WHERE device = ? AND server = ?")
    , exportableFor_(database,
                     "SELECT device FROM credential "
                     "WHERE server = ? AND is_exportable = 1 AND (device, server) IN "
                     "(SELECT device, server FROM device_server) ORDER BY device")
    , all_(database, "SELECT device, server FROM credential ORDER BY device, server")
    , clear_(database, "DELETE FROM credential")
    , certificates_(database,
                    "SELECT device, server, certificates FROM credential "
                    "WHERE certificates <> x'' ORDER BY device, server")
{}

std::optional<CredentialRow> CredentialTable::find(const api::CredentialId& id)
{
    std::optional<CredentialRow> found;
    find_.each(
        [&](const Row& row) {
            found = CredentialRow{row.integer(0),
                                  row.integer(1),
                                  row.octets(2),
                                  row.octets(3),
                                  row.octets(4),
                                  row.boolean(5),
                                  row.text(6),
                                  row.octets(7),
                                  valueOf(residences, row.text(8))};
        },
        id.device,
        id.server);
    return found;
}

void CredentialTable::put(const api::CredentialId& id, const CredentialRow& row)
{
    put_.run(id.device,
             id.server,
             row.version,
             row.kekId,
             row.identity,
             row.wrappedKey,
             row.fingerprint,
             row.isExportable,
             row.kind,
             row.certificates,
             wordOf(residences, row.residence));
}

void CredentialTable::vacate(const api::CredentialId& id)
{
    vacate_.run(id.device, id.server);
}

bool CredentialTable::remove(const api::CredentialId& id)
{
    return remove_.run(id.device, id.server) > 0;
}

std::vector<std::string> CredentialTable::exportableFor(const std::string& server)
{
    std::vector<std::string> devices;
    exportableFor_.each([&](const Row& row) { devices.push_back(row.text(0)); }, server);
    return devices;
}

std::vector<api::CredentialId> CredentialTable::all()
{
    std::vector<api::CredentialId> ids;
    all_.each([&](const Row& row) { ids.push_back({row.text(0), row.text(1)}); });
    return ids;
}

void CredentialTable::clear()
{
    clear_.run();
}

std::vector<std::pair<api::CredentialId, base::Bytes>> CredentialTable::certificates()
{
    std::vector<std::pair<api::CredentialId, base::Bytes>> list;
    certificates_.each([&](const Row& row) {
        list.emplace_back(api::CredentialId{row.text(0), row.text(1)}, row.octets(2));
    });
    return list;
}

} // namespace causeway::store
