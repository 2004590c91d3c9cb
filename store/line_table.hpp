// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"
#include "store/sqlite.hpp"

namespace causeway::store {

/// The table line. Throws SqliteError.
class LineTable
{
public:
    explicit LineTable(Database& database);

    [[nodiscard]] std::vector<api::LineSettings> all();
    void put(const api::LineSettings& line);
    /// Refused while a device uses it; a line that is not there is removed already.
    [[nodiscard]] base::Expected<void> remove(const std::string& name);
    [[nodiscard]] bool has(const std::string& name);

private:
    Statement all_;
    Statement put_;
    Statement remove_;
    Statement has_;
    Statement user_;
};

} // namespace causeway::store
