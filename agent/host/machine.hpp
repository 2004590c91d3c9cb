// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace causeway::host {

/// Who the machine is. Empty where it does not say.
struct Machine
{
    std::string manufacturer;
    std::string model;
    std::string serialNumber;
    std::string hardwareVersion;
    std::string system; ///< "Debian GNU/Linux 12 (bookworm)", or the image: "acme-edge 2026.3"
    std::string hostName;
};

/// The device tree counts before DMI. `root` is "/" but in tests.
[[nodiscard]] Machine readMachine(const std::filesystem::path& root);

/// The IANA name of the zone that the machine is set to: "Europe/Berlin"; Etc/UTC when it has none.
[[nodiscard]] std::string readTimezone(const std::filesystem::path& root);

/// "+05:30": how local time is written (ISO 8601).
[[nodiscard]] std::string utcOffsetText(std::chrono::seconds east);
/// In force at this time, by the zone that the machine is set to now.
[[nodiscard]] std::chrono::seconds utcOffsetAt(std::chrono::seconds sinceEpoch);

/// Octets of the file system that a directory is on.
struct Storage
{
    std::uint64_t total = 0;
    std::uint64_t free = 0; ///< for us, who are not root

    bool operator==(const Storage&) const = default;
};

[[nodiscard]] std::optional<Storage> readStorage(const std::filesystem::path& directory);

} // namespace causeway::host
