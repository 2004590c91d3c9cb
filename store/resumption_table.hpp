// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "agent/api/credential_store.hpp"
#include "store/sqlite.hpp"

namespace causeway::store {

/// What an account's next session may resume from, as it lies on disk.
struct ResumptionRow
{
    std::int64_t kekId = 0;
    base::Bytes wrappedState;
};

/// The table resumption; a row goes with its credential. Throws SqliteError; the caller has the
/// transaction.
class ResumptionTable
{
public:
    explicit ResumptionTable(Database& database);

    [[nodiscard]] std::optional<ResumptionRow> find(const api::CredentialId& id);
    void put(const api::CredentialId& id, const ResumptionRow& row);
    void remove(const api::CredentialId& id);

private:
    Statement find_;
    Statement put_;
    Statement remove_;
};

} // namespace causeway::store
