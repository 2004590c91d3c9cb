// SPDX-License-Identifier: Apache-2.0
// The program's free and realloc: what anybody in the process gives back is overwritten first,
// whatever it was. A key passes through more than base::Secret: the body of a message that grows
// block by block, the records decoded from it, a string of D-Bus (C++ comes here by operator
// delete), and what GnuTLS and libtasn1 make of a private key. glibc's M_PERTURB is no answer:
// pieces of up to 1,032 octets go to the thread's own cache before it looks (measured with glibc
// 2.36: 48 of 64 octets, 1,008 of 1,024 could still be read, and in the daemon the ECPrivateKey
// that libtasn1 had read). The heap itself stays glibc's.
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <malloc.h>

// A sanitizer has a heap of its own in this place, which keeps what is given back.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CAUSEWAY_SANITIZED_HEAP
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CAUSEWAY_SANITIZED_HEAP
#endif

#ifndef CAUSEWAY_SANITIZED_HEAP

// glibc keeps these names for who replaces the others (GLIBC_2.2.5).
extern "C" void __libc_free(void* memory) noexcept; // NOLINT: glibc's name

extern "C" void free(void* memory) noexcept
{
    if (memory == nullptr)
        return;
    const int kept = errno; // POSIX.1-2024: as it was
    ::explicit_bzero(memory, ::malloc_usable_size(memory));
    __libc_free(memory);
    errno = kept;
}

// glibc's own gives back what it moves away from, and cuts off what is too much, behind our back.
extern "C" void* realloc(void* memory, std::size_t size) noexcept
{
    if (memory == nullptr)
        return std::malloc(size);
    if (size == 0) { // as glibc does it
        std::free(memory);
        return nullptr;
    }
    const std::size_t usable = ::malloc_usable_size(memory);
    if (size <= usable && size >= usable / 2)
        return memory;
    void* const moved = std::malloc(size);
    if (moved == nullptr)
        return nullptr;
    std::memcpy(moved, memory, size < usable ? size : usable);
    std::free(memory);
    return moved;
}

#endif
