// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/api/credential_store.hpp"
#include "store/sqlite.hpp"

namespace causeway::store {

/// The words of the column kind.
inline constexpr const char* pskKind = "psk";
inline constexpr const char* keyPairKind = "key-pair";

/// One credential as it lies on disk: nothing in it is secret but what is wrapped.
struct CredentialRow
{
    std::int64_t version = 0;
    std::int64_t kekId = 0;
    base::Bytes identity;
    base::Bytes wrappedKey;
    base::Bytes fingerprint;
    bool isExportable = false;
    std::string kind = pskKind;
    base::Bytes certificates{}; ///< of a key pair; may be empty
    api::KeyResidence residence = api::KeyResidence::Store;
};

/// What people compare of the fingerprint; the table compares all of it.
[[nodiscard]] api::CredentialMark markOf(const CredentialRow& row);

/// The table credential. Throws SqliteError; the caller has the transaction.
class CredentialTable
{
public:
    explicit CredentialTable(Database& database);

    [[nodiscard]] std::optional<CredentialRow> find(const api::CredentialId& id);
    void put(const api::CredentialId& id, const CredentialRow& row);
    /// Takes nobody's key and identity until put() gives it new ones, in the same transaction.
    void vacate(const api::CredentialId& id);
    /// Whether there was one.
    bool remove(const api::CredentialId& id);

    /// The devices that may still export theirs for this server.
    [[nodiscard]] std::vector<std::string> exportableFor(const std::string& server);

    [[nodiscard]] std::vector<api::CredentialId> all();
    void clear();

    /// Of all that have some.
    [[nodiscard]] std::vector<std::pair<api::CredentialId, base::Bytes>> certificates();

private:
    Statement find_;
    Statement put_;
    Statement vacate_;
    Statement remove_;
    Statement exportableFor_;
    Statement all_;
    Statement clear_;
    Statement certificates_;
};

} // namespace causeway::store
