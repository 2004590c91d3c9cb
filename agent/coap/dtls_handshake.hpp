// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/coap/dtls_session.hpp"

/// Private to DtlsSession's two files.
namespace causeway::coap {

/// What only the handshake needs; freed when it ends.
struct DtlsSession::Handshake
{
    Handshake(DtlsSession& owner, HandshakeTerms what, const api::Credential& who)
        : terms(std::move(what))
        , credential(who)
        , deadline(owner.environment_.loop.now() + terms.limit)
        , timer(owner.environment_.loop, [&owner] { owner.onHandshakeTimer(); })
    {}

    HandshakeTerms terms;
    const api::Credential& credential;
    base::TimePoint deadline;
    base::Timer timer;
    bool hasHeard = false;
    bool wasRefused = false;
    bool looksNoMore = false;           ///< in this call of gnutls_handshake(): see waitToPull()
    std::optional<base::Error> refusal; ///< what was wrong with the server's key or certificate
    std::optional<ServerKeyMark> serverKey; ///< once that was found to be right
};

} // namespace causeway::coap
