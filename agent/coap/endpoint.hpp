// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "agent/api/resumption_store.hpp"
#include "agent/api/streams.hpp"
#include "agent/api/transport.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/coap/output_budget.hpp"

namespace causeway::coap {

struct Environment;

struct EndpointSettings
{
    bool allowsNoSec = false; ///< plain UDP for accounts that say NoSec
    /// For the whole handshake, all addresses of a name together. Long enough for GnuTLS to send
    /// its first flight five times (after 0, 1, 3, 7 and 15 s).
    base::Duration handshakeLimit = std::chrono::seconds(30);
    /// How long one full handshake serves, its session and all that are resumed from it together.
    base::Duration sessionLimit = std::chrono::hours(24 * 7);
    /// Records of one session, both ways. RFC 9147 §4.5.3 limits AES-CCM to 2^23 records under
    /// one key; a resumed session has new keys.
    std::uint32_t mostRecords = 1U << 23U;
    /// PEM: whom the certificate usages 0 and 1 trust beside what the account names.
    std::filesystem::path trustStore = "/etc/ssl/certs/ca-certificates.crt";
    /// Certificates are accepted while nobody knows what time it is.
    bool acceptsUnsetClock = false;
    /// Octets that wait for peers that do not read, of all sessions by TCP together.
    std::size_t mostUnsent = OutputBudget::usual;
    /// Discarded records after which a full handshake gives new keys: by then a tag of 8 octets,
    /// CCM_8's, has been guessed with a chance of 2^-44 (RFC 9147 §4.5.3). Not before the session
    /// is that old: who forges records could have us make handshakes without end.
    std::uint32_t mostDiscarded = 1U << 20U;
    base::Duration leastForgedAge = std::chrono::hours(1);
};

/// All CoAP sessions of the process, one connected UDP socket each, and all streams, on one loop.
/// Lives on the loop's thread and outlives both; names are looked up on a worker of its own.
class Endpoint final : public api::Transport, public api::StreamTransport
{
public:
    /// Loop and stores outlive the endpoint. Throws when GnuTLS does not know our cipher suites.
    Endpoint(base::EventLoop& loop,
             api::CredentialStore& credentials,
             api::ResumptionStore& resumptions,
             const EndpointSettings& settings);
    ~Endpoint() override;
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;

    [[nodiscard]] std::unique_ptr<api::Session> open(api::SessionSettings settings,
                                                     api::SessionListener& listener) override;
    [[nodiscard]] std::unique_ptr<api::Stream> openStream(api::StreamSettings settings,
                                                          api::StreamListener& listener) override;

private:
    std::unique_ptr<Environment> environment_;
};

} // namespace causeway::coap
