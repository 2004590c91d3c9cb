// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdlib>

#include "bridges/modbus/rtu_framing.hpp"
#include "bridges/modbus/tcp_framing.hpp"

using namespace causeway;
using namespace causeway::bridges::modbus;

namespace {

constexpr base::TimePoint now{std::chrono::seconds(1)};
const Request question{7, FunctionCode::ReadHoldingRegisters, 100, 3, {}};

const Request earlier{8, FunctionCode::ReadInputRegisters, 7, 1, {}};

/// To two questions at once: what is believed must be the answer to the one that it ends.
void feedTwo(TcpFraming& framing, base::ByteView octets)
{
    static_cast<void>(framing.begin(earlier));
    static_cast<void>(framing.begin(question));
    auto result = framing.receive(octets, now);
    for (; result; result = framing.receive({}, now)) {
        const Request& asked = framing.ended() == framing.begun() ? question : earlier;
        if (*result && (*result)->size() != asked.count)
            std::abort();
        if (framing.hasLostTrack())
            break;
    }
    static_cast<void>(framing.giveUp(now));
}

/// In two pieces and then while nobody waits; what is believed must be an answer to the question.
void feed(Framing& framing, base::ByteView octets)
{
    static_cast<void>(framing.begin(question));
    const std::size_t half = octets.size() / 2;
    auto result = framing.receive(octets.first(half), now);
    if (!result)
        result = framing.receive(octets.subspan(half), now);
    if (!result)
        static_cast<void>(framing.giveUp(now));
    else if (*result && (*result)->size() != question.count)
        std::abort();
    framing.receiveIdle(octets, now);
    static_cast<void>(framing.heldUntil(question, now));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size)
{
    RtuFraming rtu{std::chrono::seconds(3)};
    TcpFraming tcp;
    feed(rtu, {octets, size});
    feed(tcp, {octets, size});
    TcpFraming pipeline;
    feedTwo(pipeline, {octets, size});
    return 0;
}
