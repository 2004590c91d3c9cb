// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/abilities.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace causeway::bridges::ble {

namespace {

constexpr std::array<std::string_view, 4> readFlags{
    "read", "encrypt-read", "encrypt-authenticated-read", "secure-read"};
constexpr std::array<std::string_view, 8> notifyFlags{"notify",
                                                      "indicate",
                                                      "encrypt-notify",
                                                      "encrypt-indicate",
                                                      "encrypt-authenticated-notify",
                                                      "encrypt-authenticated-indicate",
                                                      "secure-notify",
                                                      "secure-indicate"};
constexpr std::array<std::string_view, 5> requestFlags{
    "write", "reliable-write", "encrypt-write", "encrypt-authenticated-write", "secure-write"};
constexpr std::string_view commandFlag = "write-without-response";

} // namespace

Abilities abilitiesIn(const std::vector<std::string>& flags)
{
    const auto hasAny = [&](const auto& wanted) {
        return std::ranges::find_first_of(flags, wanted) != flags.end();
    };
    return {hasAny(readFlags),
            hasAny(notifyFlags),
            hasAny(std::array{commandFlag}) && !hasAny(requestFlags)};
}

} // namespace causeway::bridges::ble
