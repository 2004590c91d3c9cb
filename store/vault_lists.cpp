// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "agent/base/complaints.hpp"
#include "store/aead.hpp"
#include "store/vault.hpp"

// Credentials of many devices in one transaction.
namespace causeway::store {

namespace {

/// Of the list itself; anything else (disk, key store) ends the whole import as it is.
bool isComplaint(const base::Error& error)
{
    return error.kind == base::ErrorKind::InvalidArgument ||
           error.kind == base::ErrorKind::NotFound;
}

} // namespace

base::Expected<std::uint32_t> Vault::storeAll(const std::vector<api::CredentialEntry>& entries)
{
    if (!envelope_)
        return locked();
    Transaction transaction(database_);
    // Within one list keys and identities may change places.
    for (const auto& entry : entries)
        credentials_.vacate(entry.id);
    base::Complaints complaints;
    std::map<std::pair<std::string_view, std::string_view>, std::uint32_t> lines;
    for (const auto& entry : entries) {
        const auto [first, isNew] =
            lines.try_emplace({entry.id.device, entry.id.server}, entry.line);
        if (!isNew) {
            complaints.add(
                entry.line,
                fmt::format("{} stands in line {} already", entry.id.device, first->second));
            continue;
        }
        const auto row = admit(entry.id, entry.credential, false);
        if (!row && !isComplaint(row.error()))
            return base::fail(row.error());
        if (!row)
            complaints.add(entry.line, row.error().message);
    }
    if (!complaints.empty())
        return base::fail(complaints.error());
    commit(transaction);
    return static_cast<std::uint32_t>(entries.size());
}

base::Expected<std::vector<api::CredentialId>>
Vault::generateMissing(std::vector<api::CredentialEntry> wanted)
{
    if (!envelope_)
        return locked();
    Transaction transaction(database_);
    std::vector<api::CredentialId> made;
    for (auto& entry : wanted) {
        if (credentials_.find(entry.id))
            continue;
        auto key = aead::randomSecret(generatedKeySize);
        if (!key)
            return base::fail(key.error());
        entry.credential.key = std::move(*key);
        if (const auto row = admit(entry.id, entry.credential, true); !row)
            return base::fail(row.error().in(entry.id.device));
        made.push_back(std::move(entry.id));
    }
    commit(transaction);
    return made;
}

base::Expected<std::vector<api::CredentialEntry>> Vault::exportAll(const std::string& server)
{
    if (!envelope_)
        return locked();
    Transaction transaction(database_);
    std::vector<api::CredentialEntry> exported;
    for (auto& device : credentials_.exportableFor(server)) {
        const api::CredentialId id{std::move(device), server};
        const auto row = credentials_.find(id);
        auto credential = takeOut(id, *row);
        if (!credential)
            return base::fail(credential.error());
        exported.push_back({id, std::move(*credential)});
    }
    if (exported.empty())
        return base::fail(base::ErrorKind::NotFound,
                          fmt::format("no credential for {} can be exported: none was generated "
                                      "since the last export",
                                      server));
    commit(transaction);
    return exported;
}

} // namespace causeway::store
