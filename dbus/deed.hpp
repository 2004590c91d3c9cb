// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "agent/base/error.hpp"
#include "dbus/object_path.hpp"
#include "dbus/values.hpp"

namespace causeway::dbus {

/// What somebody asked the gateway to change, for the journal. No secret is ever in it.
struct Deed
{
    std::string operation;            ///< "Line.Change"
    std::string caller;               ///< ":1.42"
    std::optional<std::uint32_t> uid; ///< nothing when the caller was gone too soon
    std::optional<Kind> kind;         ///< nothing: the gateway itself, or its key store
    std::string name;                 ///< of the line, server or device
    std::string before;               ///< what was there, where that says something
    std::string after;
};

/// One line at notice, with its parts as fields; `failure` when nothing came of it.
void tellJournal(const Deed& deed, const base::Error* failure) noexcept;

/// Only what differs, before and after: "baudRate 9600, parity none" and "baudRate 19200, parity
/// even".
[[nodiscard]] std::pair<std::string, std::string> differences(const Dictionary& before,
                                                              const Dictionary& after);

/// As much of a text as the journal takes of one value.
[[nodiscard]] std::string brief(std::string text);

/// For people; octets are only counted, long texts cut.
[[nodiscard]] std::string textOf(const sdbus::Variant& value);

} // namespace causeway::dbus
