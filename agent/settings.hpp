// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/base/log.hpp"
#include "agent/model/path.hpp"

namespace causeway::agent {

/// Objects that a device has whatever its profile: 7, Connectivity Statistics, 16, Portfolio, 19,
/// BinaryAppDataContainer, and 3442, for servers' tests.
struct AddedObjects
{
    std::vector<model::Id> ids;
};

/// The path below which servers find the Objects of a device; empty: the root.
struct AlternatePath
{
    std::string segment;
};

/// What every device tells in Register beside what the standard has: "gw=site-7".
struct RegisterAttributes
{
    std::vector<std::string> list;
};

/// What the operator sets once for the whole daemon, in causeway.conf and causeway.conf.d/*.conf.
/// Each default stands here; check_settings holds causeway.conf(5) against them.
struct Settings
{
    // [Gateway]
    std::filesystem::path stateDirectory = "/var/lib/causeway";
    std::vector<std::filesystem::path> profileDirectories{"/usr/share/causeway/profiles",
                                                          "/etc/causeway/profiles"};
    std::vector<std::filesystem::path> objectDirectories{"/usr/share/causeway/objects",
                                                         "/etc/causeway/objects"};
    log::Level logLevel = log::Level::Info;
    std::chrono::milliseconds startSpread{10000};
    std::chrono::milliseconds deregisterLimit{5000};
    bool listsDevices = false;
    bool allowsReboot = false;

    // [Client]
    AddedObjects addedObjects{{7, 16}};
    AlternatePath alternatePath;
    RegisterAttributes registerAttributes;

    // [KeyStore]
    std::string tcti = "device:/dev/tpmrm0";
    bool allowsSoftwareKey = false;
    std::chrono::milliseconds keyStoreRetry{30000};

    // [Network]
    bool allowsNoSec = false;
    std::chrono::milliseconds sessionLimit = std::chrono::hours(24 * 7);

    // [Security]
    std::filesystem::path trustStore = "/etc/ssl/certs/ca-certificates.crt";
    bool acceptsUnsetClock = false;
    bool trustsRepositories = false;
    std::chrono::milliseconds expiryNotice = std::chrono::hours(24 * 30);
    std::string estServer; ///< empty: certificates are renewed by hand
    std::filesystem::path estAuthority = "/etc/causeway/est-authority.pem";
    std::chrono::milliseconds renewBefore = std::chrono::hours(24 * 60);

    // [Smartcard]
    std::string cardDevice; ///< empty: no card is looked for
    std::string card;       ///< empty: any that has bootstrap information
    std::string pinAttempt; ///< another word allows a card that has refused its PIN another try
    std::string cardModule = "opensc-pkcs11.so";
    std::filesystem::path cardProgram = "/usr/libexec/causeway/causeway-card";

    // [Bus]
    std::string busAddress; ///< empty: the system bus
};

/// One key, for the manual page and `causewayd --list-settings`.
struct SettingDescription
{
    std::string section;
    std::string key;
    std::string defaultText;
    std::string description;
};

/// Reads `file` and then every *.conf of `file`.d in the order of their names; later ones win.
/// A missing main file is no error when `isOptional`. Unknown sections and keys, and values that
/// cannot be, are errors with file:line.
[[nodiscard]] base::Expected<Settings> readSettings(const std::filesystem::path& file,
                                                    bool isOptional);

/// As readSettings(), and what is named in them has to be there: a file that only one part of the
/// daemon needs keeps it from nothing else at run time.
[[nodiscard]] base::Expected<void> checkSettings(const std::filesystem::path& file,
                                                 bool isOptional);

[[nodiscard]] std::vector<SettingDescription> describeSettings();

} // namespace causeway::agent
