// SPDX-License-Identifier: Apache-2.0
#include "bridges/firmware_reader.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace causeway::bridges {

using api::FirmwareMethod;

namespace {

constexpr std::size_t mostArguments = 32;
constexpr std::int64_t longestLimit = 86400; // a day: nobody waits longer for one device

using Words = std::span<const std::string_view>;

/// The last one is for who installs: a line is not taken from all its devices to look at a file.
constexpr std::array<std::string_view, 6> installWords{
    "@package@", "@device@", "@endpoint@", "@line@", "@unit@", "@port@"};
constexpr auto checkWords = Words(installWords).first<5>();

/// The first "@word@" that stands for nothing; empty when there is none.
std::string unknownWord(const std::string& argument, Words words)
{
    for (auto at = argument.find('@'); at != std::string::npos;) {
        const auto end = argument.find('@', at + 1);
        if (end == std::string::npos)
            return {};
        std::string word = argument.substr(at, end + 1 - at);
        if (std::ranges::find(words, word) == words.end())
            return word;
        at = argument.find('@', end + 1);
    }
    return {};
}

void checkCommand(ProfileTable& table,
                  std::string_view key,
                  const std::vector<std::string>& command,
                  Words words)
{
    const bool isProgram = !command.empty() && command.front().starts_with('/');
    if (!isProgram || command.size() > mostArguments)
        table.complain(key,
                       fmt::format("{} is a program with its whole path and at most {} arguments",
                                   key,
                                   mostArguments - 1));
    for (const auto& argument : command) {
        if (const auto word = unknownWord(argument, words); !word.empty())
            table.complain(key, fmt::format("{} is none of {}", word, fmt::join(words, ", ")));
    }
}

} // namespace

FirmwareMethod readFirmware(ProfileTable table)
{
    FirmwareMethod method;
    method.install = table.texts("install");
    checkCommand(table, "install", method.install, installWords);
    method.check = table.texts("check");
    if (table.has("check"))
        checkCommand(table, "check", method.check, checkWords);
    if (const auto seconds = table.integer("time-limit-s", 1, longestLimit))
        method.timeLimit = std::chrono::seconds(*seconds);
    constexpr auto most = static_cast<std::int64_t>(FirmwareMethod::mostPackage);
    if (const auto octets = table.integer("max-octets", 1, most))
        method.largestPackage = static_cast<std::uint64_t>(*octets);
    table.refuseOthers();
    return method;
}

} // namespace causeway::bridges
