// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "store/sqlite.hpp"

namespace causeway::store {

/// How old the database says it is.
struct Age
{
    std::int64_t counter = 0;
    base::Bytes proof; ///< Envelope::proveAge()
};

/// The table age: one row, or none while nothing counts. Throws SqliteError; the caller has the
/// transaction.
class AgeTable
{
public:
    explicit AgeTable(Database& database);

    [[nodiscard]] std::optional<Age> find();
    void put(const Age& age);
    void clear();

private:
    Statement find_;
    Statement put_;
    Statement clear_;
};

} // namespace causeway::store
