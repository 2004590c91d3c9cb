// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/base/scheduler.hpp"
#include "agent/base/secret.hpp"

namespace causeway::coap {

/// What a later session may resume from, and what decides whether it still may. GnuTLS's part
/// holds the master secret, never a record key: each session makes fresh ones.
struct Resumption
{
    /// When both sides last proved that they have the credential; resuming does not renew it.
    base::WallTime fullHandshakeAt{};
    std::uint64_t server = 0; ///< serverMark() of the URI it was made with
    std::uint16_t suite = 0;  ///< IANA's number; GnuTLS does not say which it is until too late
    base::Secret session;     ///< in GnuTLS's format
};

[[nodiscard]] std::uint64_t serverMark(std::string_view uri);

[[nodiscard]] base::Secret encode(const Resumption& resumption);

/// Nothing for what encode() did not make.
[[nodiscard]] std::optional<Resumption> decodeResumption(base::ByteView octets);

/// Same server, and not older than `limit`; a time that is yet to come says that the clock cannot
/// be trusted, and counts as too old.
[[nodiscard]] bool mayResume(const Resumption& resumption,
                             std::uint64_t server,
                             base::WallTime now,
                             base::Duration limit);

} // namespace causeway::coap
