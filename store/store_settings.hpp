// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace causeway::store {

/// Where the store lives and what seals its key.
struct StoreSettings
{
    std::filesystem::path directory;         ///< must exist; causeway.db is made in it, mode 0600
    std::string tcti = "device:/dev/tpmrm0"; ///< or "swtpm:host=127.0.0.1,port=2321"
    /// $CREDENTIALS_DIRECTORY/kek: 32 to 4096 random octets. Given, it is used instead of the TPM.
    std::optional<std::filesystem::path> softwareKekFile;
    /// How often a locked store tries to open.
    std::chrono::seconds retryPeriod{15};
    /// How long those who want a secret wait for an attempt that neither succeeds nor fails.
    std::chrono::milliseconds patience{20000};
};

} // namespace causeway::store
