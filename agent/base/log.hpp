// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

/// log::info("{DEVICE}: registered with {SERVER}", "DEVICE", name, "SERVER", server);
/// One sentence, present facts; each name becomes a journal field and fills its place in the text.
/// Thread-safe. Fields that the text does not mention are journal fields only (MESSAGE_ID, …).
namespace causeway::log {

/// syslog's numbers. err: someone must act; warning: we degraded; notice: state changes worth
/// keeping for years; info: milestones; debug: everything else, per message.
enum class Level : std::uint8_t { Err = 3, Warning = 4, Notice = 5, Info = 6, Debug = 7 };

struct Field
{
    std::string_view name;
    std::string value;
};

using Sink = std::function<void(Level, const std::string& text, const std::vector<Field>& fields)>;

/// Before any other thread starts. The default sink is the journal when the service manager
/// connected us to it, else standard error.
void setSink(Sink sink);
void setLevel(Level level);
[[nodiscard]] bool isEnabled(Level level);

void write(Level level, std::string_view text, const std::vector<Field>& fields);

namespace detail {

inline void collect(std::vector<Field>&) {}

template <typename Value, typename... Rest>
void collect(std::vector<Field>& fields,
             std::string_view name,
             const Value& value,
             const Rest&... rest)
{
    fields.push_back({name, fmt::format("{}", value)});
    collect(fields, rest...);
}

template <typename... Pairs>
void write(Level level, std::string_view text, const Pairs&... pairs)
{
    static_assert(sizeof...(pairs) % 2 == 0, "log fields come as name, value");
    if (!isEnabled(level))
        return;
    std::vector<Field> fields;
    fields.reserve(sizeof...(pairs) / 2);
    collect(fields, pairs...);
    log::write(level, text, fields);
}

} // namespace detail

template <typename... Pairs>
void err(std::string_view text, const Pairs&... pairs)
{
    detail::write(Level::Err, text, pairs...);
}

template <typename... Pairs>
void warning(std::string_view text, const Pairs&... pairs)
{
    detail::write(Level::Warning, text, pairs...);
}

template <typename... Pairs>
void notice(std::string_view text, const Pairs&... pairs)
{
    detail::write(Level::Notice, text, pairs...);
}

template <typename... Pairs>
void info(std::string_view text, const Pairs&... pairs)
{
    detail::write(Level::Info, text, pairs...);
}

template <typename... Pairs>
void debug(std::string_view text, const Pairs&... pairs)
{
    detail::write(Level::Debug, text, pairs...);
}

} // namespace causeway::log
