// SPDX-License-Identifier: Apache-2.0
#include "bridges/firmware_reader.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace causeway::bridges {

using api::FirmwareMethod;
using api::SoftwareMethod;

namespace {

constexpr std::size_t mostArguments = 32;
constexpr std::int64_t longestLimit = 86400; // a day: nobody waits longer for one device

using Words = std::span<const std::string_view>;

/// The last one is for who installs: a line is not taken from all its devices to look at a file.
constexpr std::array<std::string_view, 6> installWords{
    "@package@", "@device@", "@endpoint@", "@line@", "@unit@", "@port@"};
constexpr auto checkWords = Words(installWords).first<5>();
constexpr auto deviceWords = checkWords.subspan<1>(); ///< there is no package any more

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

constexpr std::size_t mostComponents = 16; // each has files, keys and a place in every Register
constexpr std::size_t longestName = 32;

/// A part of the names of files and of keys in the database.
bool isComponentName(const std::string& name)
{
    const auto isFit = [](char letter) {
        const bool isWord = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
        return isWord || letter == '-' || letter == '_' || letter == '.';
    };
    return !name.empty() && name.size() <= longestName && name.front() != '.' &&
           std::ranges::all_of(name, isFit);
}

FirmwareMethod readPackage(ProfileTable& table, Words words)
{
    FirmwareMethod method;
    method.install = table.texts("install");
    checkCommand(table, "install", method.install, words);
    method.check = table.texts("check");
    if (table.has("check"))
        checkCommand(table, "check", method.check, checkWords);
    if (const auto seconds = table.integer("time-limit-s", 1, longestLimit))
        method.timeLimit = std::chrono::seconds(*seconds);
    constexpr auto most = static_cast<std::int64_t>(FirmwareMethod::mostPackage);
    if (const auto octets = table.integer("max-octets", 1, most))
        method.largestPackage = static_cast<std::uint64_t>(*octets);
    return method;
}

} // namespace

FirmwareMethod readFirmware(ProfileTable table)
{
    auto method = readPackage(table, installWords);
    table.refuseOthers();
    return method;
}

SoftwareMethod readSoftware(ProfileTable table, const std::vector<SoftwareMethod>& others)
{
    SoftwareMethod method;
    method.name = table.requiredText("name");
    if (!isComponentName(method.name))
        table.complain("name",
                       fmt::format("a name has a to z, digits, '-', '_' and '.', at most {}, and "
                                   "begins with no dot",
                                   longestName));
    if (std::ranges::find(others, method.name, &SoftwareMethod::name) != others.end())
        table.complain("name", fmt::format("there is a software \"{}\" already", method.name));
    if (others.size() >= mostComponents)
        table.complain("name", fmt::format("at most {} [[software]] tables", mostComponents));
    method.package = readPackage(table, checkWords);
    method.uninstall = table.texts("uninstall");
    checkCommand(table, "uninstall", method.uninstall, deviceWords);
    method.activate = table.texts("activate");
    method.deactivate = table.texts("deactivate");
    if (table.has("activate") != table.has("deactivate"))
        table.complain("activate", "activate and deactivate come together");
    if (table.has("activate"))
        checkCommand(table, "activate", method.activate, deviceWords);
    if (table.has("deactivate"))
        checkCommand(table, "deactivate", method.deactivate, deviceWords);
    table.refuseOthers();
    return method;
}

} // namespace causeway::bridges
