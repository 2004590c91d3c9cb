// SPDX-License-Identifier: Apache-2.0
// The program's operator new and delete: what C++ gives back is overwritten first, whatever it was.
// A key passes through more than base::Secret: the body of a message that grows block by block, the
// records decoded from it, a string of D-Bus. glibc's M_PERTURB alone leaves pieces of up to 1,032
// octets as they are, because they go to the thread's own cache before it looks (measured with
// glibc 2.36: 48 of 64 octets, 1,008 of 1,024 could still be read).
#include <cstdlib>
#include <cstring>
#include <new>

#include <malloc.h>

namespace {

void* allocate(std::size_t size)
{
    for (;;) {
        if (void* const memory = std::malloc(size == 0 ? 1 : size))
            return memory;
        const std::new_handler handler = std::get_new_handler();
        if (handler == nullptr)
            throw std::bad_alloc();
        handler();
    }
}

void giveBack(void* memory) noexcept
{
    if (memory == nullptr)
        return;
    ::explicit_bzero(memory, ::malloc_usable_size(memory));
    std::free(memory);
}

} // namespace

// The forms for arrays call these (C++20 [new.delete.array]).
void* operator new(std::size_t size)
{
    return allocate(size);
}

// So does the library's own form, but not a sanitizer's.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    try {
        return allocate(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void operator delete(void* memory) noexcept
{
    giveBack(memory);
}

void operator delete(void* memory, std::size_t) noexcept
{
    giveBack(memory);
}

void operator delete(void* memory, const std::nothrow_t&) noexcept
{
    giveBack(memory);
}
