// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/hello.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace causeway;

// The first octet says what the rest is: a ServerHello, or one of our own in TLS or DTLS.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const base::ByteView body = base::ByteView(data, size).subspan(1);
    const auto ours = coap::parseClientHello(body, data[0] % 2 == 1);
    const auto theirs = coap::parseServerHello(body);
    if (ours && 2 * ours->suites.size() + 4 * ours->extensions.size() > body.size())
        std::abort();
    if (!theirs)
        return 0;
    coap::ClientHello offer = ours.value_or(coap::ClientHello{});
    // Who was offered nothing may choose nothing.
    if (!coap::judgeServerHello({}, *theirs, theirs->suite))
        std::abort();
    offer.sessionId = theirs->sessionId;
    offer.suites.push_back(theirs->suite);
    (void)coap::judgeServerHello(offer, *theirs, theirs->suite);
    return 0;
}
