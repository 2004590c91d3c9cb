// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/api/transport.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/server_account.hpp"

namespace causeway::lwm2m {

/// Who a client is: to the journal, and to its servers; and where its sessions count.
struct ClientIdentity
{
    std::string logName;
    std::string endpointName;
    api::Traffic* traffic = nullptr; ///< outlives the client's sessions
    std::string rootPath{}; ///< the alternate path, "lwm2m"; empty: Objects are at the root
    std::vector<std::string> registerAttributes{}; ///< told beside the standard's, "gw=site-7"
};

/// "b=UQ": the binding as that version has it; that of the account's URI, since nothing else is
/// spoken with its server. LwM2M 1.0 has queue mode in it, later ones as a
/// parameter of its own.
[[nodiscard]] std::string_view bindingOf(const api::ServerSettings& settings,
                                         ProtocolVersion version);

/// How long a registration may go without an Update; nothing: for ever (LwM2M 1.2, lifetime 0).
[[nodiscard]] std::optional<base::Duration> longestWithoutUpdate(std::chrono::seconds lifetime);

/// POST /rd with all that LwM2M Core §6.2.1 wants in the version claimed; `links` is the payload.
[[nodiscard]] api::Request registerRequest(const ClientIdentity& identity,
                                           const ServerAccount& account,
                                           const std::string& links);

} // namespace causeway::lwm2m
