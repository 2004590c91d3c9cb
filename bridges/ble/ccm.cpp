// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/ccm.hpp"

#include <memory>
#include <type_traits>

#include <gnutls/crypto.h>

namespace causeway::bridges::ble {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

struct CloseCipher
{
    void operator()(gnutls_aead_cipher_hd_t handle) const { gnutls_aead_cipher_deinit(handle); }
};

using Cipher = std::unique_ptr<std::remove_pointer_t<gnutls_aead_cipher_hd_t>, CloseCipher>;

Expected<Cipher> cipherFor(base::ByteView key)
{
    // GnuTLS reads through a pointer that is not const.
    const gnutls_datum_t cipherKey{const_cast<unsigned char*>(key.data()),
                                   static_cast<unsigned>(key.size())};
    gnutls_aead_cipher_hd_t handle = nullptr;
    if (gnutls_aead_cipher_init(&handle, GNUTLS_CIPHER_AES_128_CCM, &cipherKey) < 0)
        return fail(ErrorKind::Internal, "AES-128-CCM cannot be prepared");
    return Cipher(handle);
}

} // namespace

Expected<base::Bytes> openSealed(const SealedMessage& message, base::ByteView key)
{
    if (key.empty())
        return fail(ErrorKind::Refused,
                    "the device encrypts, and its key is not known: set it with causewayctl "
                    "device set-key");
    if (key.size() != sensorKeySize)
        return fail(ErrorKind::Refused, "the key of a sensor has 16 octets, this one has not");
    const auto cipher = cipherFor(key);
    if (!cipher)
        return fail(cipher.error());
    base::Bytes sealed(message.octets.begin(), message.octets.end());
    sealed.insert(sealed.end(), message.tag.begin(), message.tag.end());
    base::Bytes plain(message.octets.size());
    std::size_t size = plain.size();
    const int result = gnutls_aead_cipher_decrypt(cipher->get(),
                                                  message.nonce.data(),
                                                  message.nonce.size(),
                                                  message.associated.data(),
                                                  message.associated.size(),
                                                  sensorTagSize,
                                                  sealed.data(),
                                                  sealed.size(),
                                                  plain.data(),
                                                  &size);
    if (result < 0 || size != plain.size())
        return corruptFrame("the device's key is another one: its frames do not authenticate");
    return plain;
}

tl::unexpected<base::Error> corruptFrame(const char* sentence)
{
    return fail(ErrorKind::Corrupt, sentence, base::Retry::Later);
}

tl::unexpected<base::Error> clearThoughKey()
{
    return fail(ErrorKind::Refused,
                "the device has a key, but sends in clear: anybody could; nothing is taken");
}

} // namespace causeway::bridges::ble
