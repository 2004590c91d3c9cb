// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace causeway::dbus::ctl {

/// What is wrong with a command line that CLI11 refused, in one sentence: it names the word that is
/// no command or option, and the nearest that is one.
[[nodiscard]] std::string mistakeIn(const CLI::App& app, const CLI::ParseError& error);

} // namespace causeway::dbus::ctl
