// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "agent/base/door.hpp"
#include "agent/coap/server_host.hpp"
#include "agent/coap/session_handshake.hpp"

// The part of SecureSession that proves who we are, and has the server prove who it is.
namespace causeway::coap {

using base::ErrorKind;
using base::Expected;
using base::fail;
using base::Retry;

namespace {

int copyTo(gnutls_datum_t* datum, base::ByteView octets)
{
    datum->data = static_cast<unsigned char*>(gnutls_malloc(octets.size()));
    if (datum->data == nullptr)
        return GNUTLS_E_MEMORY_ERROR;
    std::copy(octets.begin(), octets.end(), datum->data);
    datum->size = static_cast<unsigned>(octets.size());
    return 0;
}

gnutls_datum_t borrow(base::ByteView octets)
{
    // GnuTLS's readers take a pointer to what they do not change.
    return {const_cast<unsigned char*>(octets.data()), // NOLINT: C interface
            static_cast<unsigned>(octets.size())};
}

/// What GnuTLS shall own when all of it could be made.
struct Presented
{
    Presented() = default;
    Presented(const Presented&) = delete;
    Presented& operator=(const Presented&) = delete;

    ~Presented()
    {
        for (unsigned i = 0; i < count; ++i)
            gnutls_pcert_deinit(&certificates[i]);
        gnutls_free(certificates);
        if (privateKey != nullptr)
            gnutls_privkey_deinit(privateKey);
    }

    gnutls_pcert_st* certificates = nullptr;
    unsigned count = 0;
    gnutls_privkey_t privateKey = nullptr;
};

int addRawKey(Presented& presented, base::ByteView publicKey)
{
    const gnutls_datum_t datum = borrow(publicKey);
    const int result = gnutls_pcert_import_rawpk_raw(
        &presented.certificates[0], &datum, GNUTLS_X509_FMT_DER, 0, 0);
    presented.count = result < 0 ? 0 : 1;
    return result;
}

int addCertificates(Presented& presented, const std::vector<base::Bytes>& certificates)
{
    int result = GNUTLS_E_INSUFFICIENT_CREDENTIALS;
    for (const auto& certificate : certificates) {
        const gnutls_datum_t datum = borrow(certificate);
        result = gnutls_pcert_import_x509_raw(
            &presented.certificates[presented.count], &datum, GNUTLS_X509_FMT_DER, 0);
        if (result < 0)
            return result;
        ++presented.count;
    }
    return result;
}

int present(Presented& presented, const api::KeyPair& keyPair, bool isRawKey)
{
    const std::size_t room = isRawKey ? 1 : keyPair.certificates.size();
    presented.certificates =
        static_cast<gnutls_pcert_st*>(gnutls_calloc(std::max<std::size_t>(room, 1), // 0 may be null
                                                    sizeof(gnutls_pcert_st)));
    if (presented.certificates == nullptr)
        return GNUTLS_E_MEMORY_ERROR;
    const int result = isRawKey ? addRawKey(presented, keyPair.publicKey)
                                : addCertificates(presented, keyPair.certificates);
    return result < 0 ? result : gnutls_privkey_init(&presented.privateKey);
}

} // namespace

bool SecureSession::usesKeyPair() const
{
    return handshake_->terms.offer->mode != api::SecurityMode::Psk;
}

std::string SecureSession::wireName() const
{
    const HandshakeTerms& terms = handshake_->terms;
    return sentName(terms.host, terms.server == nullptr ? std::string() : terms.server->serverName);
}

int SecureSession::askForKey(gnutls_session_t session,
                             gnutls_datum_t* identity,
                             gnutls_datum_t* key) noexcept
{
    const auto& self = *static_cast<SecureSession*>(gnutls_session_get_ptr(session));
    if (!self.handshake_)
        return GNUTLS_E_INSUFFICIENT_CREDENTIALS;
    const auto* const credential = std::get_if<api::PskCredential>(&self.handshake_->credential);
    if (credential == nullptr)
        return GNUTLS_E_INSUFFICIENT_CREDENTIALS;
    if (const int result = copyTo(identity, credential->identity); result < 0)
        return result;
    return copyTo(key, credential->key.view()); // GnuTLS wipes this copy when it frees it
}

// NOLINTNEXTLINE(readability-function-size): the parameters are GnuTLS's
int SecureSession::askForKeyPair(gnutls_session_t session,
                                 const gnutls_cert_retr_st* /*question*/,
                                 gnutls_pcert_st** certificates,
                                 unsigned* certificateCount,
                                 gnutls_ocsp_data_st** ocsp,
                                 unsigned* ocspCount,
                                 gnutls_privkey_t* privateKey,
                                 unsigned* flags) noexcept
{
    const auto& self = *static_cast<SecureSession*>(gnutls_session_get_ptr(session));
    const auto* const keyPair =
        self.handshake_ ? std::get_if<api::KeyPair>(&self.handshake_->credential) : nullptr;
    if (keyPair == nullptr)
        return GNUTLS_E_INSUFFICIENT_CREDENTIALS;
    Presented presented;
    const bool isRawKey = self.handshake_->terms.offer->mode == api::SecurityMode::RawPublicKey;
    int result = present(presented, *keyPair, isRawKey);
    if (result >= 0)
        result = self.presentKey(presented.privateKey, *keyPair);
    if (result < 0)
        return result;
    *certificates = std::exchange(presented.certificates, nullptr);
    *certificateCount = std::exchange(presented.count, 0);
    *privateKey = std::exchange(presented.privateKey, nullptr);
    *ocsp = nullptr;
    *ocspCount = 0;
    *flags = GNUTLS_CERT_RETR_DEINIT_ALL;
    return 0;
}

// After GnuTLS has read the server's hello, before anything that follows from it.
int SecureSession::onHello(gnutls_session_t session,
                           unsigned type,
                           unsigned /*when*/,
                           unsigned incoming,
                           const gnutls_datum_t* body) noexcept
{
    auto& self = *static_cast<SecureSession*>(gnutls_session_get_ptr(session));
    const bool isOurs = type == GNUTLS_HANDSHAKE_CLIENT_HELLO && incoming == 0;
    const bool isTheirs = type == GNUTLS_HANDSHAKE_SERVER_HELLO && incoming != 0;
    if (!self.handshake_ || (!isOurs && !isTheirs))
        return 0;
    const base::ByteView octets(body->data, body->size);
    const bool isDone = base::contain("a hello", [&] {
        if (isOurs)
            self.handshake_->hello = parseClientHello(octets, self.hasCookies());
        else
            self.handshake_->helloFault = self.judgeHello(octets);
    });
    return isDone && !self.handshake_->helloFault ? 0 : GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER;
}

std::optional<HelloFault> SecureSession::judgeHello(base::ByteView body) const
{
    const auto theirs = parseServerHello(body);
    if (!theirs)
        return HelloFault{GNUTLS_A_DECODE_ERROR, "the server's hello is none (RFC 5246)"};
    if (!handshake_->hello)
        return HelloFault{GNUTLS_A_INTERNAL_ERROR, "our own hello was never seen"};
    const Resumption* const kept = handshake_->terms.resumption;
    return judgeServerHello(
        *handshake_->hello, *theirs, kept == nullptr ? std::uint16_t{0} : kept->suite);
}

// In the middle of a full handshake: a wrong server gets neither our signature nor our name.
int SecureSession::checkPeer(gnutls_session_t session) noexcept
{
    auto& self = *static_cast<SecureSession*>(gnutls_session_get_ptr(session));
    if (!self.handshake_)
        return GNUTLS_E_CERTIFICATE_ERROR;
    const bool isDone = base::contain("a server's certificate", [&] {
        auto judged = self.judgePeer();
        if (judged)
            self.handshake_->serverKey = *judged;
        else
            self.handshake_->refusal = judged.error();
    });
    return isDone && self.handshake_->serverKey ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

Expected<ServerKeyMark> SecureSession::judgePeer() const
{
    const HandshakeTerms& terms = handshake_->terms;
    unsigned count = 0;
    const gnutls_datum_t* const list = gnutls_certificate_get_peers(session_.get(), &count);
    std::vector<base::ByteView> presented;
    for (unsigned i = 0; list != nullptr && i < count; ++i)
        presented.emplace_back(list[i].data, list[i].size);
    return checkServer(presented,
                       {terms.offer->mode,
                        *terms.server,
                        terms.host,
                        terms.isLiteral,
                        environment_.loop.wallNow(),
                        environment_.settings.acceptsUnsetClock,
                        environment_.tls.trust()});
}

// GnuTLS asks checkPeer() in a full handshake only: after a resumed one, what is kept of the
// server's key or certificate is held against the account as it is now.
Expected<ServerKeyMark> SecureSession::judgeHandshake() const
{
    if (!usesKeyPair())
        return ServerKeyMark{};
    if (gnutls_session_is_resumed(session_.get()) != 0)
        return judgePeer();
    if (gnutls_certificate_client_get_request_status(session_.get()) == 0)
        return fail(
            ErrorKind::Refused,
            "the server did not ask for the device's key or certificate: it lets anybody in",
            Retry::Later);
    if (!handshake_->serverKey)
        return fail(ErrorKind::Internal, "the server's key was never looked at", Retry::Later);
    return *handshake_->serverKey;
}

} // namespace causeway::coap
