// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"
#include "dbus/values.hpp"

/// Settings structs as a{sv} and back: one row per key, used for reading, adding and changing. The
/// XML says what each key means; a test holds the two together.
namespace causeway::dbus {

template <typename Settings>
struct SettingsKey
{
    std::string_view name;
    std::string_view type; ///< "u, 0 to 4294967295": what set() takes
    void (*get)(const Settings& settings, Dictionary& dictionary); ///< nothing for an absent one
    base::Expected<void> (*set)(Settings& settings, const sdbus::Variant& value);
};

/// In the order of the XML.
[[nodiscard]] std::span<const SettingsKey<api::LineSettings>> lineKeys();
[[nodiscard]] std::span<const SettingsKey<api::ServerSettings>> serverKeys();
[[nodiscard]] std::span<const SettingsKey<api::DeviceSettings>> deviceKeys();

[[nodiscard]] Dictionary toDictionary(const api::LineSettings& settings);
[[nodiscard]] Dictionary toDictionary(const api::ServerSettings& settings);
[[nodiscard]] Dictionary toDictionary(const api::DeviceSettings& settings);

/// The settings with what the dictionary says changed. InvalidArgument names the key, what was
/// expected and, for an unknown one, the keys there are; LimitExceeded for more keys, items or text
/// than any settings have.
[[nodiscard]] base::Expected<api::LineSettings> changed(api::LineSettings settings,
                                                        const Dictionary& changes);
[[nodiscard]] base::Expected<api::ServerSettings> changed(api::ServerSettings settings,
                                                          const Dictionary& changes);
[[nodiscard]] base::Expected<api::DeviceSettings> changed(api::DeviceSettings settings,
                                                          const Dictionary& changes);

} // namespace causeway::dbus
