// SPDX-License-Identifier: Apache-2.0
#include "agent/host/small_file.hpp"

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "agent/base/bytes.hpp"
#include "agent/base/unique_fd.hpp"

namespace causeway::host {

namespace {

// A routing table of some hundred rows; what has more is no gateway of ours.
constexpr std::size_t mostOctets = 64UL * 1024;
constexpr std::size_t longestLine = 128;

bool isControl(char character)
{
    const auto octet = static_cast<unsigned char>(character);
    return octet < 0x20 || octet == 0x7F;
}

} // namespace

std::string readSmallFile(const std::filesystem::path& file)
{
    // O_NONBLOCK: a named pipe in the place of the file keeps nobody waiting.
    const base::UniqueFd opened(
        ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)); // NOLINT: as C has it
    std::string text;
    if (opened.get() < 0)
        return text;
    while (text.size() < mostOctets) {
        char part[4096];
        const auto length = ::read(opened.get(), part, sizeof part);
        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            break;
        text.append(part, static_cast<std::size_t>(length));
    }
    return text;
}

std::string readLine(const std::filesystem::path& file)
{
    std::string text = readSmallFile(file);
    text.erase(std::min(text.find_first_of(std::string_view("\n\0", 2)), text.size()));
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string::npos)
        return {};
    text = text.substr(first, text.find_last_not_of(" \t\r") + 1 - first);
    if (text.size() > longestLine || std::ranges::any_of(text, isControl) ||
        !base::isValidUtf8(text))
        return {};
    return text;
}

std::vector<std::vector<std::string>> readWords(const std::filesystem::path& file)
{
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(readSmallFile(file));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        auto& row = rows.emplace_back();
        for (std::string word; words >> word;)
            row.push_back(std::move(word));
    }
    return rows;
}

} // namespace causeway::host
