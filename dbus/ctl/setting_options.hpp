// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "dbus/object_path.hpp"
#include "dbus/values.hpp"

namespace causeway::dbus::ctl {

/// A settings key as an option of the command line.
struct SettingOption
{
    const char* key = "";   ///< of the D-Bus dictionary
    const char* flags = ""; ///< as CLI11 takes them; of a boolean also its opposite
    const char* help = "";
    const char* unit = "";    ///< of a number, as people write it
    bool mayBeAbsent = false; ///< "none" takes it away
};

/// All that lines, servers or devices have; a test holds it equal to dbus/settings_dict.
[[nodiscard]] std::span<const SettingOption> settingOptions(Kind kind);

/// The options of one `add` or `change`, and what was given of them.
class SettingOptions
{
public:
    SettingOptions(CLI::App& command, Kind kind);

    /// After parsing: only what was given. Failure for a number that is none, and for "none" where
    /// the setting cannot be absent.
    [[nodiscard]] Dictionary given() const;

private:
    struct Row
    {
        std::string key;
        char type = 's'; ///< of the D-Bus signature
        bool mayBeAbsent = false;
        CLI::Option* option = nullptr;
        std::vector<std::string> texts;
        bool flag = false;
    };

    [[nodiscard]] static sdbus::Variant valueOf(const Row& row);

    // A deque, because CLI11 keeps references to the rows.
    std::deque<Row> rows_;
};

} // namespace causeway::dbus::ctl
