// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include <sys/stat.h>

#include "agent/coap/trust_store.hpp"

namespace causeway::coap {

/// For certificate usages 0 and 1: whom the gateway trusts by itself. Read when first needed, and
/// again when the file has changed: an authority that the operator has taken out is trusted no
/// longer. One that could not be read is tried again each time.
class GatewayTrust
{
public:
    /// What a file held, and which file it was.
    struct Reading
    {
        base::Expected<std::unique_ptr<TrustStore>> store;
        struct stat readAs = {};
    };

    explicit GatewayTrust(std::filesystem::path file)
        : file_(std::move(file))
    {}

    [[nodiscard]] const std::filesystem::path& file() const { return file_; }

    /// Whether the file is the one that was read.
    [[nodiscard]] bool isCurrent() const;

    /// Blocks: 24 ms for the 144 certificates of Debian 12. On any thread.
    [[nodiscard]] static Reading read(const std::filesystem::path& file);
    /// In place of what was read before.
    void take(Reading reading);

    /// Stays until the next call. NotFound says what is wrong with the file. Reads it when it is
    /// not current, which TrustReader sees to before a handshake begins.
    [[nodiscard]] base::Expected<gnutls_x509_trust_list_t> list();

private:
    std::filesystem::path file_;
    struct stat readAs_ = {}; ///< the file, when it was read
    std::unique_ptr<TrustStore> store_;
};

} // namespace causeway::coap
