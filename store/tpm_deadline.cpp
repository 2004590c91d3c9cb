// SPDX-License-Identifier: Apache-2.0
#include "store/tpm_deadline.hpp"

#include <array>
#include <cerrno>

#include <poll.h>

namespace causeway::store {

namespace {

constexpr std::uint64_t tctiMagic = 0x43574444; // "CWDD"
constexpr std::uint32_t tctiVersion = 1;
constexpr std::size_t mostHandles = 4; // a TCTI has one or two

} // namespace

TpmDeadline::TpmDeadline(TSS2_TCTI_CONTEXT& inner, std::chrono::milliseconds longest)
    : inner_(reinterpret_cast<TSS2_TCTI_CONTEXT_COMMON_V1&>(inner))
    , longest_(longest)
{
    layout_.common.magic = tctiMagic;
    layout_.common.version = tctiVersion;
    layout_.common.transmit = &TpmDeadline::transmit;
    layout_.common.receive = &TpmDeadline::receive;
    layout_.owner = this;
}

TpmDeadline& TpmDeadline::from(TSS2_TCTI_CONTEXT* context)
{
    return *reinterpret_cast<Layout*>(context)->owner;
}

TSS2_RC TpmDeadline::transmit(TSS2_TCTI_CONTEXT* context, size_t size, const uint8_t* command)
{
    TpmDeadline& self = from(context);
    if (self.hasTimedOut_)
        return TSS2_TCTI_RC_IO_ERROR;
    return self.inner_.transmit(self.inner(), size, command);
}

TSS2_RC
TpmDeadline::receive(TSS2_TCTI_CONTEXT* context, size_t* size, uint8_t* response, int32_t timeout)
{
    TpmDeadline& self = from(context);
    if (!self.waitForAnswer())
        return TSS2_TCTI_RC_IO_ERROR;
    return self.inner_.receive(self.inner(), size, response, timeout);
}

/// True as well when the inner TCTI cannot be polled: it then waits as long as it does.
bool TpmDeadline::waitForAnswer()
{
    if (hasTimedOut_)
        return false;
    if (inner_.getPollHandles == nullptr)
        return true;
    std::array<TSS2_TCTI_POLL_HANDLE, mostHandles> handles{};
    size_t count = handles.size();
    if (inner_.getPollHandles(inner(), handles.data(), &count) != TSS2_RC_SUCCESS || count == 0)
        return true;
    for (size_t i = 0; i < count; ++i)
        handles[i].events = POLLIN;
    int ready = 0;
    do
        ready = ::poll(handles.data(), count, static_cast<int>(longest_.count()));
    while (ready < 0 && errno == EINTR);
    hasTimedOut_ = ready == 0;
    return ready > 0;
}

} // namespace causeway::store
