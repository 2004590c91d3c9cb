// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "agent/base/door.hpp"
#include "agent/coap/session_handshake.hpp"

// The part of SecureSession that proves to have a private key: its own, or one that a TPM has.
//
// GnuTLS wants the signature from a callback, in the middle of gnutls_handshake(), and a TPM takes
// its time. The callback cannot say "again": 3.7.9 would go on with the next message and leave
// CertificateVerify out. So that call runs in a Fiber, which stands still until the credential
// store, whose worker has the TPM, gives the signature. Everything of the session stays on the
// loop's thread; digest and signature alone go to another.
namespace causeway::coap {

namespace {

/// What GnuTLS asks of a key that it does not have.
int describeKey(gnutls_privkey_t /*key*/, unsigned flags, void* /*self*/) noexcept
{
    if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO) != 0)
        return GNUTLS_PK_ECDSA;
    if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS) != 0)
        return GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
    if ((flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO) == 0)
        return -1;
    const auto algorithm = GNUTLS_FLAGS_TO_SIGN_ALGO(flags);
    return algorithm == GNUTLS_SIGN_ECDSA_SHA256 || algorithm == GNUTLS_SIGN_ECDSA_SECP256R1_SHA256
               ? 1
               : 0;
}

} // namespace

bool SecureSession::isSignedElsewhere() const
{
    const auto* const keyPair = std::get_if<api::KeyPair>(&handshake_->credential);
    return keyPair != nullptr && keyPair->residence == api::KeyResidence::Tpm;
}

int SecureSession::presentKey(gnutls_privkey_t key, const api::KeyPair& keyPair) const
{
    if (keyPair.residence == api::KeyResidence::Tpm)
        return gnutls_privkey_import_ext4(key,
                                          gnutls_session_get_ptr(session_.get()),
                                          nullptr,
                                          sign,
                                          nullptr,
                                          nullptr,
                                          describeKey,
                                          0);
    const base::ByteView octets = keyPair.privateKey.view();
    // GnuTLS's readers take a pointer to what they do not change.
    const gnutls_datum_t datum{const_cast<unsigned char*>(octets.data()), // NOLINT: C interface
                               static_cast<unsigned>(octets.size())};
    return gnutls_privkey_import_x509_raw(key, &datum, GNUTLS_X509_FMT_DER, nullptr, 0);
}

void SecureSession::goOnWithSigner()
{
    if (handshake_->call && !handshake_->signature)
        return;
    const bool hasStack = handshake_->call || base::contain("a handshake", [this] {
                              handshake_->call = std::make_unique<base::Fiber>(
                                  [this] { handshake_->result = callHandshake(); });
                          });
    if (!hasStack) {
        lose({base::ErrorKind::LimitExceeded,
              "there is no memory for a handshake that the TPM signs",
              base::Retry::Later});
        return;
    }
    handshake_->call->resume();
    if (!handshake_->call->hasEnded()) {
        waitForSignature();
        return;
    }
    handshake_->call.reset();
    onHandshakeCalled(handshake_->result);
}

// What the server sends meanwhile, its flight again perhaps, keeps until then.
void SecureSession::waitForSignature()
{
    rest();
    handshake_->timer.startAt(handshake_->deadline);
}

// NOLINTNEXTLINE(readability-function-size): the parameters are GnuTLS's
int SecureSession::sign(gnutls_privkey_t /*key*/,
                        gnutls_sign_algorithm_t /*algorithm*/,
                        void* ptr,
                        unsigned /*flags*/,
                        const gnutls_datum_t* digest,
                        gnutls_datum_t* signature) noexcept
{
    auto& self = *static_cast<SecureSession*>(ptr);
    Handshake& handshake = *self.handshake_;
    if (handshake.isGivenUp)
        return GNUTLS_E_PK_SIGN_FAILED;
    handshake.signature.reset();
    const bool isOrdered = base::contain("an order for a signature", [&] {
        self.environment_.credentials.sign(
            {handshake.terms.credential,
             std::get<api::KeyPair>(handshake.credential).mark,
             base::Bytes(digest->data, digest->data + digest->size),
             handshake.lifetime.token()},
            handshake.lifetime.guard(
                [&self](base::Expected<base::Bytes> made) { self.onSigned(std::move(made)); }));
    });
    if (isOrdered)
        handshake.call->suspend();
    if (!handshake.signature || !*handshake.signature)
        return GNUTLS_E_PK_SIGN_FAILED;
    const base::Bytes& octets = **handshake.signature;
    signature->data = static_cast<unsigned char*>(gnutls_malloc(octets.size()));
    if (signature->data == nullptr)
        return GNUTLS_E_MEMORY_ERROR;
    std::ranges::copy(octets, signature->data);
    signature->size = static_cast<unsigned>(octets.size());
    return 0;
}

void SecureSession::onSigned(base::Expected<base::Bytes> signature)
{
    handshake_->signature = std::move(signature);
    listen();
    goOnWithSigner();
}

// GnuTLS's frames stand on the fiber's stack, and must be left by the way they were entered.
void SecureSession::giveUpSignature() noexcept
{
    if (!handshake_ || !handshake_->call)
        return;
    handshake_->isGivenUp = true;
    handshake_->lifetime = {};
    handshake_->call->resume();
    handshake_->call.reset();
}

} // namespace causeway::coap
