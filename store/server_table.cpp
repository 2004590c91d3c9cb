// SPDX-License-Identifier: Apache-2.0
#include "store/server_table.hpp"

#include <iterator>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace causeway::store {

namespace {

using api::ServerSettings;
using std::chrono::seconds;

std::optional<seconds> secondsOrNull(const Row& row, int column)
{
    const auto value = row.integerOrNull(column);
    return value ? std::optional(seconds(*value)) : std::nullopt;
}

std::optional<std::int64_t> countOrNull(const std::optional<seconds>& duration)
{
    return duration ? std::optional<std::int64_t>(duration->count()) : std::nullopt;
}

/// Words with a space between them; none has one in it.
std::vector<std::string> split(const std::string& text)
{
    std::istringstream stream(text);
    return {std::istream_iterator<std::string>(stream), {}};
}

} // namespace

ServerSettings readServer(const Row& row)
{
    ServerSettings server;
    server.name = row.text(0);
    server.uri = row.text(1);
    server.securityMode = static_cast<api::SecurityMode>(row.number<std::uint8_t>(2));
    server.shortServerId = row.number<std::uint16_t>(3);
    server.lifetime = seconds(row.integer(4));
    server.defaultPmin = secondsOrNull(row, 5);
    server.defaultPmax = secondsOrNull(row, 6);
    server.disableTimeout = seconds(row.integer(7));
    server.storesNotifications = row.boolean(8);
    server.notifiesConfirmable = row.boolean(9);
    server.lwm2mVersion = row.text(10);
    server.queueMode = row.boolean(11);
    server.allowsCbcWithoutEtm = row.boolean(12);
    server.retryCount = row.number<std::uint32_t>(13);
    server.retryTimer = seconds(row.integer(14));
    server.sequenceDelay = seconds(row.integer(15));
    server.sequenceRetryCount = row.number<std::uint32_t>(16);
    server.cipherSuites = split(row.text(17));
    server.identity.publicKey = row.octets(18);
    server.identity.matchingType = static_cast<api::MatchingType>(row.number<std::uint8_t>(19));
    server.identity.certificateUsage =
        static_cast<api::CertificateUsage>(row.number<std::uint8_t>(20));
    server.identity.serverName = row.text(21);
    server.isBootstrap = row.boolean(22);
    server.clientHoldOff = seconds(row.integer(23));
    server.bootstrapTimeout = seconds(row.integer(24));
    server.bootstrapsOnFailure = row.boolean(25);
    server.awakeTime = seconds(row.integer(26));
    if (row.integerOrNull(27))
        server.registrationOrder = row.number<std::uint32_t>(27);
    server.initialDelay = seconds(row.integer(28));
    server.blocksOnFailure = row.boolean(29);
    return server;
}

ServerTable::ServerTable(Database& database)
    : all_(database,
           fmt::format("SELECT {} FROM server WHERE device IS NULL ORDER BY name", serverColumns))
    , put_(database,
           "INSERT INTO server (name, uri, security_mode, short_server_id, lifetime_s, "
           "default_pmin_s, default_pmax_s, disable_timeout_s, stores_notifications, "
           "notifies_confirmable, lwm2m_version, queue_mode, allows_cbc_without_etm, retry_count, "
           "retry_timer_s, sequence_delay_s, sequence_retry_count, cipher_suites, "
           "server_public_key, matching_type, certificate_usage, server_name, is_bootstrap, "
           "client_hold_off_s, bootstrap_timeout_s, bootstraps_on_failure, awake_time_s, "
           "registration_order, initial_delay_s, blocks_on_failure, device, enrols) "
           "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
           "?, ?, ?, ?, ?, ?) "
           "ON CONFLICT (name) DO UPDATE SET uri = excluded.uri, "
           "security_mode = excluded.security_mode, "
           "short_server_id = excluded.short_server_id, lifetime_s = excluded.lifetime_s, "
           "default_pmin_s = excluded.default_pmin_s, default_pmax_s = excluded.default_pmax_s, "
           "disable_timeout_s = excluded.disable_timeout_s, "
           "stores_notifications = excluded.stores_notifications, "
           "notifies_confirmable = excluded.notifies_confirmable, "
           "lwm2m_version = excluded.lwm2m_version, queue_mode = excluded.queue_mode, "
           "allows_cbc_without_etm = excluded.allows_cbc_without_etm, "
           "retry_count = excluded.retry_count, retry_timer_s = excluded.retry_timer_s, "
           "sequence_delay_s = excluded.sequence_delay_s, "
           "sequence_retry_count = excluded.sequence_retry_count, "
           "cipher_suites = excluded.cipher_suites, "
           "server_public_key = excluded.server_public_key, "
           "matching_type = excluded.matching_type, "
           "certificate_usage = excluded.certificate_usage, "
           "server_name = excluded.server_name, "
           "is_bootstrap = excluded.is_bootstrap, "
           "client_hold_off_s = excluded.client_hold_off_s, "
           "bootstrap_timeout_s = excluded.bootstrap_timeout_s, "
           "bootstraps_on_failure = excluded.bootstraps_on_failure, "
           "awake_time_s = excluded.awake_time_s, "
           "registration_order = excluded.registration_order, "
           "initial_delay_s = excluded.initial_delay_s, "
           "blocks_on_failure = excluded.blocks_on_failure, enrols = excluded.enrols")
    , remove_(database, "DELETE FROM server WHERE name = ?")
    , has_(database, "SELECT 1 FROM server WHERE name = ?")
    , user_(database, "SELECT device FROM device_server WHERE server = ? LIMIT 1")
{}

std::vector<ServerSettings> ServerTable::all()
{
    std::vector<ServerSettings> servers;
    all_.each([&](const Row& row) { servers.push_back(readServer(row)); });
    return servers;
}

void ServerTable::put(const ServerSettings& server, std::optional<std::string_view> device)
{
    put_.run(server.name,
             server.uri,
             static_cast<std::uint8_t>(api::channelMode(server.securityMode)),
             server.shortServerId,
             server.lifetime.count(),
             countOrNull(server.defaultPmin),
             countOrNull(server.defaultPmax),
             server.disableTimeout.count(),
             server.storesNotifications,
             server.notifiesConfirmable,
             server.lwm2mVersion,
             server.queueMode,
             server.allowsCbcWithoutEtm,
             server.retryCount,
             server.retryTimer.count(),
             server.sequenceDelay.count(),
             server.sequenceRetryCount,
             fmt::format("{}", fmt::join(server.cipherSuites, " ")),
             server.identity.publicKey,
             static_cast<std::uint8_t>(server.identity.matchingType),
             static_cast<std::uint8_t>(server.identity.certificateUsage),
             server.identity.serverName,
             server.isBootstrap,
             server.clientHoldOff.count(),
             server.bootstrapTimeout.count(),
             server.bootstrapsOnFailure,
             server.awakeTime.count(),
             server.registrationOrder,
             server.initialDelay.count(),
             server.blocksOnFailure,
             device,
             server.securityMode == api::SecurityMode::Enrolment);
}

base::Expected<void> ServerTable::remove(const std::string& name)
{
    std::string user;
    user_.each([&](const Row& row) { user = row.text(0); }, name);
    if (!user.empty())
        return base::fail(base::ErrorKind::Refused,
                          fmt::format("the server {} is used by the device {}", name, user));
    remove_.run(name);
    return {};
}

bool ServerTable::has(const std::string& name)
{
    return has_.hasRow(name);
}

} // namespace causeway::store
