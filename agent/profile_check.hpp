// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent/model/definition.hpp"
#include "agent/settings.hpp"

namespace causeway::agent {

/// The Objects that this gateway knows: the built-in ones and those of its directories. What is
/// wrong with a file there goes to the journal.
[[nodiscard]] model::Definitions knownDefinitions(const Settings& settings);

/// Reads profiles as the gateway would that has these settings, and uses none of them: one sentence
/// for each that cannot be used. What a profile extends is looked for beside it, too.
[[nodiscard]] std::vector<std::string>
complaintsAbout(const std::vector<std::filesystem::path>& profiles, const Settings& settings);

} // namespace causeway::agent
