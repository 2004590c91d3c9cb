// SPDX-License-Identifier: Apache-2.0
#include "agent/base/ini.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <ini.h>

namespace causeway::base {

namespace {

struct FileCloser
{
    void operator()(std::FILE* file) const { std::fclose(file); }
};

// What inih's two callbacks share. inih tells no line numbers, so the reader counts them.
struct Reading
{
    std::FILE* stream;
    std::filesystem::path file;
    std::vector<IniEntry> entries;
    int line = 0;
    bool hasLongLine = false;
};

/// inih tells sections by their keys only, and one without any is to be known, too. Where a value
/// may go on there is a blank in front.
void keepSection(Reading& reading, std::string_view line)
{
    const auto end = line.find(']');
    if (line.starts_with('[') && end != std::string_view::npos)
        reading.entries.push_back(
            {std::string(line.substr(1, end - 1)), {}, {}, reading.file, reading.line});
}

char* readLine(char* buffer, int size, void* user)
{
    auto& reading = *static_cast<Reading*>(user);
    if (std::fgets(buffer, size, reading.stream) == nullptr)
        return nullptr;
    ++reading.line;
    const bool isWhole = std::strchr(buffer, '\n') != nullptr || std::feof(reading.stream) != 0;
    reading.hasLongLine = !isWhole;
    keepSection(reading, buffer);
    return isWhole ? buffer : nullptr;
}

int keepEntry(void* user, const char* section, const char* name, const char* value)
{
    auto& reading = *static_cast<Reading*>(user);
    reading.entries.push_back({section, name, value, reading.file, reading.line});
    return 1;
}

} // namespace

std::string IniEntry::place() const
{
    return fmt::format("{}:{}", file.string(), line);
}

Expected<std::vector<IniEntry>> readIni(const std::filesystem::path& file)
{
    const std::unique_ptr<std::FILE, FileCloser> stream(std::fopen(file.c_str(), "re"));
    if (!stream)
        return fail(ErrorKind::NotFound, fmt::format("{}: {}", file.string(), errnoText(errno)));
    Reading reading{stream.get(), file, {}};
    const int badLine = ::ini_parse_stream(readLine, &reading, keepEntry, &reading);
    if (reading.hasLongLine)
        return fail(
            ErrorKind::InvalidArgument,
            fmt::format("{}:{}: the line is longer than 199 octets", file.string(), reading.line));
    if (badLine != 0)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("{}:{}: neither [Section] nor Key=Value", file.string(), badLine));
    return std::move(reading.entries);
}

} // namespace causeway::base
