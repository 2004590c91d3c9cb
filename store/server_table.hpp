// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"
#include "store/sqlite.hpp"

namespace causeway::store {

/// What readServer() wants of a row, from its first column on.
inline constexpr std::string_view serverColumns =
    "name, uri, iif(enrols, 4, security_mode), short_server_id, lifetime_s, default_pmin_s, "
    "default_pmax_s, "
    "disable_timeout_s, stores_notifications, notifies_confirmable, lwm2m_version, queue_mode, "
    "allows_cbc_without_etm, retry_count, retry_timer_s, sequence_delay_s, sequence_retry_count, "
    "cipher_suites, server_public_key, matching_type, certificate_usage, server_name, "
    "is_bootstrap, client_hold_off_s, bootstrap_timeout_s, bootstraps_on_failure, "
    "awake_time_s, registration_order, initial_delay_s, blocks_on_failure";

[[nodiscard]] api::ServerSettings readServer(const Row& row);

/// The table server. Throws SqliteError.
class ServerTable
{
public:
    explicit ServerTable(Database& database);

    /// The operator's; bootstrapped ones are BootstrapTable's.
    [[nodiscard]] std::vector<api::ServerSettings> all();
    /// With a device it is that device's own from the beginning.
    void put(const api::ServerSettings& server, std::optional<std::string_view> device = {});
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
