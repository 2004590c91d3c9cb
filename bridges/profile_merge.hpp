// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/base/expected.hpp"
#include "bridges/profile_table.hpp"

namespace causeway::bridges {

/// One profile over another that it extends: what `child` says replaces what `base` says, key by
/// key; a [[resource]] or [[constant]] of the same path is overlaid key by key, others are added;
/// [[probe]] and [[setup]] are replaced as a whole. `remove` lists paths that the base has and the
/// child does not want: a Resource, or everything below an Object or Instance.
[[nodiscard]] toml::table merged(const toml::table& base, toml::table child);

/// Puts the values of [parameters] where texts say "{name}" and takes that table away. A text that
/// is nothing but "{name}" becomes the parameter itself, number or text.
[[nodiscard]] base::Expected<void> substituteParameters(toml::table& root);

} // namespace causeway::bridges
