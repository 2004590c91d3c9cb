// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "agent/base/expected.hpp"
#include "agent/coap/handles.hpp"

namespace causeway::coap {

/// Certificates that a path may end in. The list that GnuTLS makes of them borrows what
/// trust(certificate) was given, and owns what it read from a file.
class TrustStore
{
public:
    TrustStore();
    ~TrustStore();
    TrustStore(const TrustStore&) = delete;
    TrustStore& operator=(const TrustStore&) = delete;

    /// The certificate outlives the store.
    void trust(const CertificateHandle& certificate);
    /// PEM, at least one certificate; NotFound says what is wrong with the file.
    [[nodiscard]] base::Expected<void> read(const std::filesystem::path& file);

    [[nodiscard]] gnutls_x509_trust_list_t list() const { return list_; }

private:
    gnutls_x509_trust_list_t list_ = nullptr;
    bool ownsCertificates_ = false;
};

} // namespace causeway::coap
