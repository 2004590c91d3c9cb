// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/entropy.hpp"

#include <stdexcept>

#include <gnutls/crypto.h>

namespace causeway::coap {

std::uint64_t unpredictableNumber()
{
    std::uint64_t number = 0;
    // Cannot fail once the library is up; tokens that can be guessed would be worse than no
    // program.
    if (gnutls_rnd(GNUTLS_RND_NONCE, &number, sizeof number) != 0)
        throw std::runtime_error("GnuTLS gives no random numbers");
    return number;
}

} // namespace causeway::coap
