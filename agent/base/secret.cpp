// SPDX-License-Identifier: Apache-2.0
#include "agent/base/secret.hpp"

#include <utility>

#include <string.h>

namespace causeway::base {

Secret::Secret(std::size_t size)
    : bytes_(size)
{}

Secret::Secret(ByteView octets)
    : bytes_(octets.begin(), octets.end())
{}

Secret::~Secret()
{
    wipe();
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {}))
{}

Secret& Secret::operator=(Secret&& other) noexcept
{
    if (this != &other) {
        wipe();
        bytes_ = std::exchange(other.bytes_, {});
    }
    return *this;
}

bool Secret::equals(ByteView other) const
{
    if (other.size() != bytes_.size())
        return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < bytes_.size(); ++i)
        difference |= static_cast<unsigned>(bytes_[i] ^ other[i]);
    return difference == 0;
}

void Secret::wipe() noexcept
{
    base::wipe(bytes_);
}

void wipe(std::span<std::uint8_t> octets) noexcept
{
    if (!octets.empty())
        explicit_bzero(octets.data(), octets.size());
}

} // namespace causeway::base
