// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"
#include "store/sqlite.hpp"

namespace causeway::store {

/// The table server. Throws SqliteError.
class ServerTable
{
public:
    explicit ServerTable(Database& database);

    [[nodiscard]] std::vector<api::ServerSettings> all();
    void put(const api::ServerSettings& server);
    /// With the credentials for it. Refused while a device uses it; one that is not there is
    /// removed already.
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
