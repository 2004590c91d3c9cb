// SPDX-License-Identifier: Apache-2.0
#include "store/key_pair.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "store/certificate_request.hpp"

/// A private key or a chain of certificates, as an operator, a Bootstrap-Server or an EST server
/// may give them. What was taken must be readable for good, and can be renewed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    namespace key_pair = causeway::store::key_pair;
    const causeway::base::ByteView octets(data, size);
    if (const auto keys = key_pair::read(octets); keys && !key_pair::read(keys->privateKey.view()))
        std::abort();
    (void)key_pair::split(octets);
    const auto chain = key_pair::readCertificates(octets);
    if (chain && key_pair::split(*chain).empty())
        std::abort();
    if (!chain)
        return 0;
    static const auto own = key_pair::generate();
    if (key_pair::describe(*chain) &&
        !causeway::store::certificate_request::compose(
            {own->publicKey, {}, *chain}, [&](causeway::base::ByteView digest) {
                return key_pair::sign(own->privateKey, digest);
            }))
        std::abort();
    return 0;
}
