// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "agent/base/fiber.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/coap/hello.hpp"
#include "agent/coap/secure_session.hpp"

/// Private to SecureSession's files.
namespace causeway::coap {

/// What only the handshake needs; freed when it ends.
struct SecureSession::Handshake
{
    Handshake(SecureSession& owner, HandshakeTerms what, const api::Credential& who)
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
    std::optional<ClientHello> hello;       ///< the newest that was sent
    std::optional<HelloFault> helloFault;   ///< what was wrong with the server's

    /// The call of gnutls_handshake() that is under way, when the private key is not ours: it
    /// stands still where GnuTLS wants the signature. What the key's owner says to that.
    std::unique_ptr<base::Fiber> call;
    int result = 0;
    bool isGivenUp = false;
    std::optional<base::Expected<base::Bytes>> signature;
    base::Lifetime lifetime; ///< the signature is wanted so long
};

} // namespace causeway::coap
