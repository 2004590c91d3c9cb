// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace causeway::coap {

/// What may wait for peers that do not read, of all TCP connections together. Whose octets would go
/// beyond it loses its connection; the others go on.
class OutputBudget
{
public:
    /// A sixteenth of what the unit allows the daemon (MemoryMax=1G), and twice that with what
    /// their vectors have in reserve: 10,000 connections at their own bound would be 1.2 GiB.
    static constexpr std::size_t usual = 64UL * 1024 * 1024;
    /// Of each connection, whatever the others have: a message or two for a server that is slow for
    /// a moment while others do not read at all.
    static constexpr std::size_t always = 4UL * 1024;

    explicit OutputBudget(std::size_t most)
        : most_(most)
    {}

    /// Whether one that has `held` may have so many more.
    [[nodiscard]] bool allows(std::size_t held, std::size_t more) const
    {
        return held + more <= always || used_ + more <= most_;
    }

    void take(std::size_t octets) { used_ += octets; }

    void giveBack(std::size_t octets) { used_ -= octets; }

    [[nodiscard]] std::size_t used() const { return used_; }

private:
    std::size_t most_;
    std::size_t used_ = 0;
};

} // namespace causeway::coap
