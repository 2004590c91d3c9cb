// SPDX-License-Identifier: Apache-2.0
#include "agent/host/machine.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "agent/host/small_file.hpp"

namespace causeway::host {

using std::filesystem::path;

namespace {

/// Firmware that its maker has not filled in.
bool saysNothing(const std::string& text)
{
    constexpr std::array<std::string_view, 11> fillers{"To be filled by O.E.M.",
                                                       "To Be Filled By O.E.M.",
                                                       "Default string",
                                                       "Not Specified",
                                                       "Not Applicable",
                                                       "None",
                                                       "N/A",
                                                       "System manufacturer",
                                                       "System Product Name",
                                                       "System Version",
                                                       "System Serial Number"};
    return std::ranges::find(fillers, text) != fillers.end() ||
           text.find_first_not_of("0 .-") == std::string::npos;
}

std::string firstOf(const std::array<path, 2>& files)
{
    for (const auto& file : files) {
        if (auto text = readLine(file); !text.empty() && !saysNothing(text))
            return text;
    }
    return {};
}

/// "raspberrypi" of "raspberrypi,4-model-b": whoever the device tree's first compatible names.
std::string makerInTree(const path& tree)
{
    const auto compatible = readLine(tree / "compatible");
    const auto comma = compatible.find(',');
    return comma == std::string::npos ? std::string() : compatible.substr(0, comma);
}

/// os-release(5): KEY=value or KEY="value"; of what is escaped nothing is in the keys asked here.
std::string releaseValue(const std::string& text, std::string_view key)
{
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        std::string_view line(text.data() + begin, end - begin);
        begin = end + 1;
        if (!line.starts_with(key) || line.substr(key.size(), 1) != "=")
            continue;
        line.remove_prefix(key.size() + 1);
        const bool isQuoted = line.size() >= 2 && (line.front() == '"' || line.front() == '\'') &&
                              line.front() == line.back();
        return std::string(isQuoted ? line.substr(1, line.size() - 2) : line);
    }
    return {};
}

/// Who builds images counts them; a distribution has its name.
std::string readSystem(const path& root)
{
    auto text = readSmallFile(root / "etc/os-release");
    if (text.empty())
        text = readSmallFile(root / "usr/lib/os-release");
    const auto image = releaseValue(text, "IMAGE_VERSION");
    if (image.empty())
        return releaseValue(text, "PRETTY_NAME");
    const auto name = releaseValue(text, "IMAGE_ID");
    return name.empty() ? image : name + ' ' + image;
}

} // namespace

Machine readMachine(const path& root)
{
    // Not /proc/device-tree, which a service with ProcSubset=pid does not see.
    const path tree = root / "sys/firmware/devicetree/base";
    const path dmi = root / "sys/class/dmi/id";
    Machine machine;
    machine.manufacturer = makerInTree(tree);
    if (machine.manufacturer.empty())
        machine.manufacturer = firstOf({dmi / "sys_vendor", dmi / "board_vendor"});
    machine.model = firstOf({tree / "model", dmi / "product_name"});
    if (machine.model.empty())
        machine.model = firstOf({dmi / "board_name", dmi / "product_family"});
    machine.serialNumber = firstOf({tree / "serial-number", dmi / "product_serial"});
    machine.hardwareVersion = firstOf({dmi / "product_version", dmi / "board_version"});
    machine.system = readSystem(root);
    machine.hostName = readLine(root / "etc/hostname");
    return machine;
}

std::string readTimezone(const path& root)
{
    constexpr std::string_view directory = "zoneinfo/";
    constexpr std::size_t longestName = 64;
    std::error_code ignored; // no link, no zone
    const std::string target = std::filesystem::read_symlink(root / "etc/localtime", ignored);
    const auto at = target.find(directory);
    std::string name =
        at == std::string::npos ? std::string() : target.substr(at + directory.size());
    if (name.empty())
        name = readLine(root / "etc/timezone");
    return name.empty() || name.size() > longestName ? "Etc/UTC" : name;
}

std::string utcOffsetText(std::chrono::seconds east)
{
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(std::chrono::abs(east));
    return fmt::format(
        "{}{:02}:{:02}", east.count() < 0 ? '-' : '+', minutes.count() / 60, minutes.count() % 60);
}

std::chrono::seconds utcOffsetAt(std::chrono::seconds sinceEpoch)
{
    const std::time_t time = sinceEpoch.count();
    std::tm local{};
    ::tzset(); // localtime_r alone need not see that the machine has moved
    if (::localtime_r(&time, &local) == nullptr)
        return {};
    return std::chrono::seconds(local.tm_gmtoff);
}

std::optional<Storage> readStorage(const path& directory)
{
    struct statvfs facts
    {};

    if (::statvfs(directory.c_str(), &facts) != 0)
        return std::nullopt;
    return Storage{std::uint64_t{facts.f_blocks} * facts.f_frsize,
                   std::uint64_t{facts.f_bavail} * facts.f_frsize};
}

} // namespace causeway::host
