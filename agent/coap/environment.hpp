// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "agent/base/secret.hpp"
#include "agent/coap/channel.hpp"
#include "agent/coap/deferred.hpp"
#include "agent/coap/endpoint.hpp"
#include "agent/coap/farewells.hpp"
#include "agent/coap/handshake_turns.hpp"
#include "agent/coap/output_budget.hpp"
#include "agent/coap/resolver.hpp"
#include "agent/coap/tls_context.hpp"
#include "agent/coap/trust_reader.hpp"

namespace causeway::coap {

/// What the sessions of one Endpoint share.
struct Environment
{
    /// The largest DTLS plaintext (RFC 5246 §6.2.1) and some: a record must never be cut, or its
    /// rest would be taken for the next message.
    static constexpr std::size_t receiveBufferSize = (16UL + 1) * 1024;

    base::EventLoop& loop;
    api::CredentialStore& credentials;
    api::ResumptionStore& resumptions;
    EndpointSettings settings;
    TlsContext tls;
    Deferred deferred;
    Resolver resolver;
    /// One for all sessions: what is received is parsed before the next one reads.
    std::array<std::uint8_t, receiveBufferSize> receiveBuffer{};
    HandshakeTurns handshakes{loop, deferred};
    TrustReader trustReader{loop, tls.trust()};
    OutputBudget output{settings.mostUnsent};
    Farewells farewells{loop};

    /// The first `size` octets for `listener`, wiped afterwards: a Bootstrap-Server sends keys. The
    /// caller may be gone then.
    void deliver(std::size_t size, ChannelListener& listener)
    {
        const auto received = std::span(receiveBuffer).first(size);
        listener.onDatagram(received);
        base::wipe(received);
    }
};

} // namespace causeway::coap
