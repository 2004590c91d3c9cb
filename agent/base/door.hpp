// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <exception>
#include <string_view>
#include <utility>

namespace causeway::base {

/// How long a Timer or Watch whose callback threw is left alone: long enough that a fault that
/// stays costs neither the processor nor the journal, short enough that one that passes is hardly
/// seen.
inline constexpr std::chrono::seconds restAfterFault{10};

/// Logs what came to a door. `where` names it in the sentence.
void reportAtDoor(std::string_view where, const std::exception& error) noexcept;

/// A door: what `work` throws is logged as an error and goes no further, so that one callback's
/// fault is nobody else's. Says whether the work came to its end. What is no std::exception passes:
/// neither the product nor its libraries throw such a thing, but a failed test does.
template <typename Work>
bool contain(std::string_view where, Work&& work)
{
    try {
        std::forward<Work>(work)();
        return true;
    } catch (const std::exception& error) {
        reportAtDoor(where, error);
        return false;
    }
}

} // namespace causeway::base
