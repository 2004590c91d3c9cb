// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bthome_cipher.hpp"

#include <memory>
#include <type_traits>

#include <fmt/format.h>
#include <gnutls/crypto.h>

namespace causeway::bridges::ble {

using base::ByteView;
using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

// bthome.io/format: the device information octet.
constexpr std::uint8_t encryptedBit = 0x01;
constexpr unsigned versionShift = 5;
constexpr unsigned version = 2;

constexpr std::size_t counterSize = 4;
constexpr std::size_t tagSize = 4;

struct CloseCipher
{
    void operator()(gnutls_aead_cipher_hd_t handle) const { gnutls_aead_cipher_deinit(handle); }
};

using Cipher = std::unique_ptr<std::remove_pointer_t<gnutls_aead_cipher_hd_t>, CloseCipher>;

tl::unexpected<base::Error> corrupt(const char* sentence)
{
    return fail(ErrorKind::Corrupt, sentence, base::Retry::Later);
}

base::Bytes nonceFor(std::string_view address, std::uint8_t information, ByteView counter)
{
    const auto octets = addressOctets(address);
    base::Bytes nonce(octets.begin(), octets.end());
    nonce.insert(nonce.end(), {0xD2, 0xFC, information});
    nonce.insert(nonce.end(), counter.begin(), counter.end());
    return nonce;
}

Expected<base::Bytes> decrypt(ByteView key, const base::Bytes& nonce, const base::Bytes& sealed)
{
    // GnuTLS reads through a pointer that is not const.
    const gnutls_datum_t cipherKey{const_cast<unsigned char*>(key.data()),
                                   static_cast<unsigned>(key.size())};
    gnutls_aead_cipher_hd_t handle = nullptr;
    if (gnutls_aead_cipher_init(&handle, GNUTLS_CIPHER_AES_128_CCM, &cipherKey) < 0)
        return fail(ErrorKind::Internal, "AES-128-CCM cannot be prepared");
    const Cipher cipher(handle);
    base::Bytes plain(sealed.size() - tagSize);
    std::size_t size = plain.size();
    const int result = gnutls_aead_cipher_decrypt(cipher.get(),
                                                  nonce.data(),
                                                  nonce.size(),
                                                  nullptr,
                                                  0,
                                                  tagSize,
                                                  sealed.data(),
                                                  sealed.size(),
                                                  plain.data(),
                                                  &size);
    if (result < 0 || size != plain.size())
        return corrupt("the device's key is another one: its frames do not authenticate");
    return plain;
}

} // namespace

Expected<PlainPayload> openBthome(ByteView payload, std::string_view address, ByteView key)
{
    if (payload.empty() || payload[0] >> versionShift != version)
        return corrupt("this is not version 2 of BTHome");
    const bool isEncrypted = (payload[0] & encryptedBit) != 0;
    if (!isEncrypted && !key.empty())
        return fail(ErrorKind::Refused,
                    "the device has a key, but sends in clear: anybody could; nothing is taken");
    if (!isEncrypted)
        return PlainPayload{{payload.begin(), payload.end()}, std::nullopt};
    if (key.empty())
        return fail(ErrorKind::Refused,
                    "the device encrypts, and its key is not known: set it with causewayctl "
                    "device set-key");
    if (key.size() != bthomeKeySize)
        return fail(ErrorKind::Refused, "a BTHome key has 16 octets, this one has not");
    if (payload.size() <= 1 + counterSize + tagSize)
        return corrupt("the encrypted frame is cut off");
    const std::size_t sealedSize = payload.size() - 1 - counterSize - tagSize;
    const ByteView counter = payload.subspan(1 + sealedSize, counterSize);
    base::Bytes sealed(payload.begin() + 1, payload.begin() + 1 + static_cast<long>(sealedSize));
    const ByteView tag = payload.last(tagSize);
    sealed.insert(sealed.end(), tag.begin(), tag.end());
    auto plain = decrypt(key, nonceFor(address, payload[0], counter), sealed);
    if (!plain)
        return fail(plain.error());
    plain->insert(plain->begin(), payload[0]);
    std::uint32_t number = 0;
    for (std::size_t i = counterSize; i-- > 0;)
        number = (number << 8U) | counter[i];
    return PlainPayload{std::move(*plain), number};
}

} // namespace causeway::bridges::ble
