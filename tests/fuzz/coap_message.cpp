// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "agent/coap/message.hpp"

using namespace causeway;

// Octets from the network: whatever is read as a request must be writable, and read back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const base::ByteView datagram(data, size);
    const auto header = coap::decodeHeader(datagram);
    if (!header)
        return 0;
    auto message = coap::decodeMessage(datagram, *header);
    if (!message)
        return 0;
    const api::Request request = coap::toRequest(*message);
    coap::MessageWriter writer = coap::writeRequest(*header, request, {});
    writer.payload(request.payload);
    if (writer.hasOverflowed())
        return 0;
    auto again = coap::decodeMessage(writer.datagram(), *coap::decodeHeader(writer.datagram()));
    if (!again || again->unknownCritical || again->path != request.path ||
        again->query != request.query)
        std::abort();
    return 0;
}
