// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "agent/base/error.hpp"

namespace causeway::base {

/// What is wrong with a list, line by line: everything the reader needs to mend it in one go, but
/// never more than a screen of it.
class Complaints
{
public:
    void add(std::uint32_t line, std::string_view sentence)
    {
        if (++count_ <= mostTold)
            told_ += fmt::format("{}line {}: {}", told_.empty() ? "" : "; ", line, sentence);
    }

    [[nodiscard]] bool empty() const { return count_ == 0; }

    /// InvalidArgument with the lines in the order they were added.
    [[nodiscard]] Error error() const
    {
        return {ErrorKind::InvalidArgument,
                count_ <= mostTold ? told_
                                   : fmt::format("{}; and {} more", told_, count_ - mostTold)};
    }

private:
    static constexpr std::size_t mostTold = 20; // a screen

    std::size_t count_ = 0;
    std::string told_;
};

} // namespace causeway::base
