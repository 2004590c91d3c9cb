// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/coap/late_datagram.hpp"

#include <ctime>
#include <utility>

#include <poll.h>

namespace causeway::tests {

namespace {

std::function<void()>& arrival()
{
    static std::function<void()> current;
    return current;
}

} // namespace

LateDatagram::LateDatagram(std::function<void()> arrive)
{
    arrival() = std::move(arrive);
}

LateDatagram::~LateDatagram()
{
    arrival() = nullptr;
}

} // namespace causeway::tests

// Takes the place of the C library's in this program.
extern "C" int poll(pollfd* descriptors, nfds_t count, int milliseconds)
{
    const timespec longest{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
    const int ready = ::ppoll(descriptors, count, milliseconds < 0 ? nullptr : &longest, nullptr);
    if (ready == 0 && causeway::tests::arrival())
        causeway::tests::arrival()();
    return ready;
}
