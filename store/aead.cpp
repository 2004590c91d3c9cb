// SPDX-License-Identifier: Apache-2.0
#include "store/aead.hpp"

#include <array>
#include <memory>
#include <type_traits>

#include <fmt/format.h>
#include <gnutls/crypto.h>

namespace causeway::store::aead {

namespace {

using base::ByteView;
using base::Expected;
using base::Secret;

constexpr std::size_t keySize = 32;
constexpr std::size_t nonceSize = 12;
constexpr std::size_t hashSize = 32;

struct CloseCipher
{
    void operator()(gnutls_aead_cipher_hd_t handle) const { gnutls_aead_cipher_deinit(handle); }
};

using Cipher = std::unique_ptr<std::remove_pointer_t<gnutls_aead_cipher_hd_t>, CloseCipher>;

gnutls_datum_t datum(ByteView octets)
{
    // GnuTLS reads through a pointer that is not const.
    return {const_cast<unsigned char*>(octets.data()), static_cast<unsigned>(octets.size())};
}

tl::unexpected<base::Error> failed(std::string_view doing, int result)
{
    return base::fail(base::ErrorKind::Internal,
                      fmt::format("{}: {}", doing, gnutls_strerror(result)));
}

/// AES-256-GCM with its nonce, for one message.
struct Keyed
{
    Cipher cipher;
    Secret nonce;
};

Expected<Keyed> keyFor(const Secret& key, ByteView salt, std::string_view purpose)
{
    const auto derived = derive(key.view(), salt, purpose, keySize + nonceSize);
    if (!derived)
        return base::fail(derived.error());
    const gnutls_datum_t cipherKey = datum(derived->view().first(keySize));
    gnutls_aead_cipher_hd_t handle = nullptr;
    const int result = gnutls_aead_cipher_init(&handle, GNUTLS_CIPHER_AES_256_GCM, &cipherKey);
    if (result < 0)
        return failed("preparing AES-256-GCM", result);
    return Keyed{Cipher(handle), Secret(derived->view().subspan(keySize))};
}

} // namespace

Expected<Secret>
derive(ByteView inputKey, ByteView salt, std::string_view purpose, std::size_t size)
{
    const gnutls_datum_t input = datum(inputKey);
    const gnutls_datum_t saltDatum = datum(salt);
    Secret pseudoRandomKey(hashSize);
    int result = gnutls_hkdf_extract(
        GNUTLS_MAC_SHA256, &input, &saltDatum, pseudoRandomKey.mutableView().data());
    if (result < 0)
        return failed("deriving a key", result);
    const gnutls_datum_t extracted = datum(pseudoRandomKey.view());
    const gnutls_datum_t information = datum(base::asBytes(purpose));
    Secret output(size);
    result = gnutls_hkdf_expand(
        GNUTLS_MAC_SHA256, &extracted, &information, output.mutableView().data(), size);
    if (result < 0)
        return failed("deriving a key", result);
    return output;
}

Expected<base::Bytes>
encrypt(const Secret& key, std::string_view purpose, ByteView associated, const Secret& plain)
{
    base::Bytes sealed(saltSize + plain.size() + tagSize);
    int result = gnutls_rnd(GNUTLS_RND_NONCE, sealed.data(), saltSize);
    if (result < 0)
        return failed("drawing a salt", result);
    const auto keyed = keyFor(key, ByteView(sealed).first(saltSize), purpose);
    if (!keyed)
        return base::fail(keyed.error());
    std::size_t size = sealed.size() - saltSize;
    result = gnutls_aead_cipher_encrypt(keyed->cipher.get(),
                                        keyed->nonce.view().data(),
                                        nonceSize,
                                        associated.data(),
                                        associated.size(),
                                        tagSize,
                                        plain.view().data(),
                                        plain.size(),
                                        sealed.data() + saltSize,
                                        &size);
    if (result < 0)
        return failed("encrypting", result);
    return sealed;
}

Expected<Secret>
decrypt(const Secret& key, std::string_view purpose, ByteView associated, ByteView sealed)
{
    if (sealed.size() < saltSize + tagSize)
        return base::fail(base::ErrorKind::Corrupt, "a wrapped secret is too short");
    const auto keyed = keyFor(key, sealed.first(saltSize), purpose);
    if (!keyed)
        return base::fail(keyed.error());
    Secret plain(sealed.size() - saltSize - tagSize);
    std::size_t size = plain.size();
    const int result = gnutls_aead_cipher_decrypt(keyed->cipher.get(),
                                                  keyed->nonce.view().data(),
                                                  nonceSize,
                                                  associated.data(),
                                                  associated.size(),
                                                  tagSize,
                                                  sealed.data() + saltSize,
                                                  sealed.size() - saltSize,
                                                  plain.mutableView().data(),
                                                  &size);
    if (result == GNUTLS_E_DECRYPTION_FAILED)
        return base::fail(base::ErrorKind::Corrupt, "a wrapped secret does not authenticate");
    if (result < 0)
        return failed("decrypting", result);
    return plain;
}

Expected<base::Bytes> authenticate(const Secret& key, ByteView message)
{
    base::Bytes code(hashSize);
    const int result = gnutls_hmac_fast(GNUTLS_MAC_SHA256,
                                        key.view().data(),
                                        key.size(),
                                        message.data(),
                                        message.size(),
                                        code.data());
    if (result < 0)
        return failed("authenticating", result);
    return code;
}

Expected<Secret> randomSecret(std::size_t size)
{
    Secret secret(size);
    const int result = gnutls_rnd(GNUTLS_RND_KEY, secret.mutableView().data(), size);
    if (result < 0)
        return failed("drawing a key", result);
    return secret;
}

} // namespace causeway::store::aead
