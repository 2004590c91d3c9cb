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
    explicit GatewayTrust(std::filesystem::path file)
        : file_(std::move(file))
    {}

    /// Stays until the next call. NotFound says what is wrong with the file. Reading takes 24 ms
    /// for the 144 certificates of Debian 12.
    [[nodiscard]] base::Expected<gnutls_x509_trust_list_t> list();

private:
    std::filesystem::path file_;
    struct stat readAs_ = {}; ///< the file, when it was read
    std::unique_ptr<TrustStore> store_;
};

} // namespace causeway::coap
