// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "store/sqlite.hpp"

namespace causeway::store {

/// The key a legacy device encrypts with, as it lies on disk.
struct FieldKeyRow
{
    std::int64_t kekId = 0;
    base::Bytes wrappedKey;
};

/// The table field_key; a row goes with its device. Throws SqliteError; the caller has the
/// transaction.
class FieldKeyTable
{
public:
    explicit FieldKeyTable(Database& database);

    [[nodiscard]] std::optional<FieldKeyRow> find(const std::string& device);
    void put(const std::string& device, const FieldKeyRow& row);
    void remove(const std::string& device);
    void clear();

    /// Whose key is kept.
    [[nodiscard]] std::vector<std::string> devices();

private:
    Statement find_;
    Statement put_;
    Statement remove_;
    Statement clear_;
    Statement devices_;
};

} // namespace causeway::store
