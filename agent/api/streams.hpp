// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/api/credential_store.hpp"
#include "agent/api/transport.hpp"
#include "agent/base/error.hpp"
#include "agent/base/unique_fd.hpp"

/// The seam between what speaks a protocol over TCP and coap, which owns sockets, names and TLS.
/// Main thread.
namespace causeway::api {

/// Where a stream goes, and how both sides prove who they are.
struct StreamSettings
{
    std::string host; ///< a name or an address, without brackets
    std::uint16_t port = 0;
    SecurityMode securityMode = SecurityMode::NoSec; ///< NoSec: TCP, and nothing protects it
    /// Without one, in the mode Certificate, the gateway's own trust store vouches for the server,
    /// and the device shows nothing of itself.
    std::optional<CredentialId> credential;
    ServerIdentity server; ///< with a credential, in the modes RawPublicKey and Certificate
};

/// Hears what becomes of one stream, never from inside a call, and may destroy it in each.
class StreamListener
{
public:
    virtual ~StreamListener() = default;

    /// Once. A connected, non-blocking socket: what is written there goes to the server, in clear
    /// here and protected on the wire. It ends when the server says good-bye or the way there
    /// breaks; nobody tells which, so a protocol must know by itself when it has everything.
    virtual void onStreamOpen(base::UniqueFd socket) = 0;

    /// Once, instead: the server cannot be reached, or is not who it should be.
    virtual void onStreamFailed(const base::Error& error) = 0;
};

/// Ends when it goes, and the socket with it.
class Stream
{
public:
    Stream() = default;
    virtual ~Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
};

/// coap::Endpoint, or a fake.
class StreamTransport
{
public:
    virtual ~StreamTransport() = default;

    /// Never fails by itself. The listener outlives the stream.
    [[nodiscard]] virtual std::unique_ptr<Stream> openStream(StreamSettings settings,
                                                             StreamListener& listener) = 0;
};

} // namespace causeway::api
