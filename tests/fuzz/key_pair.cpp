// SPDX-License-Identifier: Apache-2.0
#include "store/key_pair.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

/// A private key or a chain of certificates, as an operator or a Bootstrap-Server may give them.
/// What was taken must be readable for good.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    namespace key_pair = causeway::store::key_pair;
    const causeway::base::ByteView octets(data, size);
    if (const auto keys = key_pair::read(octets); keys && !key_pair::read(keys->privateKey.view()))
        std::abort();
    const auto chain = key_pair::readCertificates(octets);
    if (chain && key_pair::split(*chain).empty())
        std::abort();
    if (chain)
        (void)key_pair::describe(*chain);
    (void)key_pair::split(octets);
    return 0;
}
