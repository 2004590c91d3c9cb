// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/settings.hpp"
#include "store/words.hpp"

namespace causeway::store {

/// Of lines, and of devices that speak otherwise than their line.
inline constexpr Words<api::LineSettings::Parity, 3> parities{
    {{api::LineSettings::Parity::None, "none"},
     {api::LineSettings::Parity::Even, "even"},
     {api::LineSettings::Parity::Odd, "odd"}}};

} // namespace causeway::store
