// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "agent/base/bytes.hpp"

namespace causeway::base {

/// A key, PSK or PIN: moved, never copied by accident, wiped when it goes, not printable.
/// The memory is allocated once at its final size, so no grown-out copy stays behind.
class Secret
{
public:
    Secret() = default;
    /// `size` zero octets, to be filled through mutableView().
    explicit Secret(std::size_t size);
    /// Copies; the caller wipes its own original.
    explicit Secret(ByteView octets);
    ~Secret();

    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    [[nodiscard]] ByteView view() const { return bytes_; }

    [[nodiscard]] std::span<std::uint8_t> mutableView() { return bytes_; }

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }

    [[nodiscard]] bool empty() const { return bytes_.empty(); }

    /// The one deliberate way to have two.
    [[nodiscard]] Secret clone() const { return Secret(view()); }

    /// Takes the same time whatever the contents; different sizes are told apart at once.
    [[nodiscard]] bool equals(ByteView other) const;

private:
    void wipe() noexcept;

    Bytes bytes_;
};

/// Overwrites what a C library or a buffer of ours left behind.
void wipe(std::span<std::uint8_t> octets) noexcept;

} // namespace causeway::base
