// SPDX-License-Identifier: Apache-2.0
#include "agent/base/fiber.hpp"

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include <sys/mman.h>
#include <unistd.h>

#include "agent/base/door.hpp"

namespace causeway::base {

namespace {

// A DTLS handshake of GnuTLS 3.7.9 with certificates was seen to take 9 KiB of it; GMP takes up to
// 64 KiB at once for long numbers. The kernel gives a page when it is touched.
constexpr std::size_t stackSize = 256UL * 1024;

std::size_t guardSize()
{
    return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// The lowest page is never to be touched: a stack that grows too far is a crash, not a silent
/// overwriting.
void* makeStack()
{
    constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE;
    void* const place =
        ::mmap(nullptr, guardSize() + stackSize, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (place == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "a stack");
    if (::mprotect(place, guardSize(), PROT_NONE) != 0) {
        const int error = errno;
        ::munmap(place, guardSize() + stackSize);
        throw std::system_error(error, std::generic_category(), "a stack's guard");
    }
    return place;
}

} // namespace

Fiber::Fiber(Task body)
    : body_(std::move(body))
    , stack_(makeStack())
{}

Fiber::~Fiber()
{
    assert(!hasBegun_ || hasEnded_);
    ::munmap(stack_, guardSize() + stackSize); // the kernel wipes it before anybody else has it
}

void Fiber::resume()
{
    assert(!hasEnded_);
    if (!hasBegun_) {
        hasBegun_ = true;
        ::getcontext(&inside_);
        inside_.uc_stack.ss_sp = static_cast<char*>(stack_) + guardSize();
        inside_.uc_stack.ss_size = stackSize;
        inside_.uc_link = &outside_;
        // makecontext() passes ints (POSIX.1-2001): a pointer goes in two halves.
        const auto self = reinterpret_cast<std::uintptr_t>(this);
        using Entry = void (*)();
        ::makecontext(&inside_,
                      reinterpret_cast<Entry>(&Fiber::enter),
                      2,
                      static_cast<unsigned>(std::uint64_t{self} >> 32U),
                      static_cast<unsigned>(self));
    }
    ::swapcontext(&outside_, &inside_);
}

void Fiber::suspend()
{
    ::swapcontext(&inside_, &outside_);
}

void Fiber::enter(unsigned high, unsigned low)
{
    const auto self = std::uint64_t{high} << 32U | low;
    reinterpret_cast<Fiber*>(static_cast<std::uintptr_t>(self))->run(); // NOLINT: see resume()
}

void Fiber::run()
{
    contain("a fiber", body_);
    hasEnded_ = true;
}

} // namespace causeway::base
