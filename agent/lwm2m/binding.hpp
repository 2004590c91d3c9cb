// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

#include "agent/api/server_scheme.hpp"

namespace causeway::lwm2m {

/// Whether a text is a binding (/1/x/7): the letters of transports, with the Q of LwM2M 1.0, each
/// once at most.
[[nodiscard]] constexpr bool isBinding(std::string_view text)
{
    constexpr std::string_view letters = "UMHTSNQ";
    return !text.empty() && std::ranges::all_of(text, [&](char letter) {
        return letters.find(letter) != std::string_view::npos &&
               std::ranges::count(text, letter) == 1;
    });
}

/// The letter of the transport that an account's URI names, as the client speaks no other there.
[[nodiscard]] constexpr char bindingLetterOf(std::string_view uri)
{
    return api::isStreamUri(uri) ? 'T' : 'U';
}

} // namespace causeway::lwm2m
