// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/coap/timed_datagram.hpp"

#include <ctime>
#include <utility>

#include <poll.h>

namespace causeway::tests {

namespace {

struct Current
{
    Arrival when{};
    std::function<void()> arrive;
};

Current& current()
{
    static Current one;
    return one;
}

void arriveIf(Arrival when)
{
    if (current().arrive && current().when == when)
        current().arrive();
}

} // namespace

TimedDatagram::TimedDatagram(Arrival when, std::function<void()> arrive)
{
    current() = {when, std::move(arrive)};
}

TimedDatagram::~TimedDatagram()
{
    current() = {};
}

} // namespace causeway::tests

// Takes the place of the C library's in this program.
extern "C" int poll(pollfd* descriptors, nfds_t count, int milliseconds)
{
    using causeway::tests::Arrival;
    causeway::tests::arriveIf(Arrival::BeforeALook);
    const timespec longest{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
    const int ready = ::ppoll(descriptors, count, milliseconds < 0 ? nullptr : &longest, nullptr);
    if (ready == 0)
        causeway::tests::arriveIf(Arrival::AfterALook);
    return ready;
}
