// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "agent/coap/frame.hpp"
#include "agent/coap/signal.hpp"

using namespace causeway;

// The first octet says in what pieces the rest comes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t largest = 1152;
    if (size == 0)
        return 0;
    const std::size_t step = std::size_t{data[0]} + 1;
    base::ByteView rest = base::ByteView(data, size).subspan(1);
    coap::FrameReader reader(largest);
    std::array<std::uint8_t, largest + 4> datagram{};
    while (!rest.empty()) {
        base::ByteView part = rest.first(std::min(step, rest.size()));
        rest = rest.subspan(part.size());
        for (;;) {
            const auto read = reader.next(part);
            if (reader.kept() > largest)
                std::abort();
            if (!read)
                return 0;
            if (!*read)
                break;
            const coap::Frame& frame = **read;
            if (coap::codeClass(frame.code) == coap::signalClass)
                (void)coap::decodeSignal(frame);
            const std::size_t whole = coap::toDatagram(frame, datagram);
            if (whole == 0)
                std::abort();
            coap::FrameReader again(largest);
            const base::Bytes written = coap::toFrame(std::span(datagram).first(whole));
            base::ByteView view(written);
            const auto back = again.next(view);
            // A length may be written in a longer form than it needs: ours is never longer.
            if (!back || !*back || (*back)->code != frame.code ||
                !std::ranges::equal((*back)->tail, frame.tail))
                std::abort();
        }
    }
    return 0;
}
