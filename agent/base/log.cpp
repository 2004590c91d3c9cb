// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cstdlib>
#include <utility>

#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "agent/base/log_listener.hpp"

namespace causeway::log {

namespace {

void writeToStandardError(Level level, const std::string& text, const std::vector<Field>&)
{
    constexpr std::string_view names[] = {"error", "warning", "notice", "info", "debug"};
    const auto line = fmt::format("{}: {}\n", names[static_cast<unsigned>(level) - 3], text);
    // One write: lines of several threads do not mix. Nobody is left to tell when it fails.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

void writeToJournal(Level level, const std::string& text, const std::vector<Field>& fields)
{
    std::vector<std::string> entries{"MESSAGE=" + text,
                                     fmt::format("PRIORITY={}", static_cast<unsigned>(level))};
    for (const auto& field : fields)
        entries.push_back(fmt::format("{}={}", field.name, field.value));
    std::vector<iovec> parts;
    parts.reserve(entries.size());
    for (auto& entry : entries)
        parts.push_back({entry.data(), entry.size()});
    if (::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) < 0)
        writeToStandardError(level, text, fields);
}

Sink& sink()
{
    static Sink current =
        std::getenv("JOURNAL_STREAM") != nullptr ? writeToJournal : writeToStandardError;
    return current;
}

// One for each thread: who hears need not know of others.
thread_local Sink listener;
thread_local bool isTelling = false;

void tellListener(Level level, const std::string& text, const std::vector<Field>& fields)
{
    if (!listener || isTelling)
        return;
    isTelling = true;
    listener(level, text, fields);
    isTelling = false;
}

std::atomic<Level> threshold = Level::Info;

// Control characters of a peer's text must not forge lines in a terminal or a journal export.
void appendPrintable(std::string& text, const std::string& value)
{
    for (const char character : value) {
        const auto octet = static_cast<unsigned char>(character);
        if (octet < 0x20 || octet == 0x7F)
            text += fmt::format("\\x{:02x}", octet);
        else
            text += character;
    }
}

void appendField(std::string& text, std::string_view name, const std::vector<Field>& fields)
{
    for (const auto& field : fields) {
        if (field.name == name) {
            appendPrintable(text, field.value);
            return;
        }
    }
    text.append("{").append(name).append("}");
}

} // namespace

void setSink(Sink newSink)
{
    sink() = std::move(newSink);
}

void setListener(Sink newListener)
{
    listener = std::move(newListener);
}

void setLevel(Level level)
{
    threshold = level;
}

bool isEnabled(Level level)
{
    return level <= threshold.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view text, const std::vector<Field>& fields)
{
    std::string filled;
    filled.reserve(text.size() + 64);
    while (!text.empty()) {
        const auto open = text.find('{');
        filled.append(text.substr(0, open));
        if (open == std::string_view::npos)
            break;
        const auto close = text.find('}', open);
        if (close == std::string_view::npos) {
            filled.append(text.substr(open));
            break;
        }
        appendField(filled, text.substr(open + 1, close - open - 1), fields);
        text.remove_prefix(close + 1);
    }
    sink()(level, filled, fields);
    tellListener(level, filled, fields);
}

} // namespace causeway::log
