// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/trust_store.hpp"

#include <new>

#include <fmt/format.h>

namespace causeway::coap {

TrustStore::TrustStore()
{
    if (gnutls_x509_trust_list_init(&list_, 0) < 0)
        throw std::bad_alloc();
}

TrustStore::~TrustStore()
{
    gnutls_x509_trust_list_deinit(list_, ownsCertificates_ ? 1 : 0);
}

void TrustStore::trust(const CertificateHandle& certificate)
{
    gnutls_x509_crt_t borrowed = certificate.get();
    if (gnutls_x509_trust_list_add_cas(list_, &borrowed, 1, 0) < 0)
        throw std::bad_alloc();
}

base::Expected<void> TrustStore::read(const std::filesystem::path& file)
{
    ownsCertificates_ = true;
    const int found = gnutls_x509_trust_list_add_trust_file(
        list_, file.c_str(), nullptr, GNUTLS_X509_FMT_PEM, 0, 0);
    if (found > 0)
        return {};
    return base::fail(base::ErrorKind::NotFound,
                      fmt::format("the trust store {} has no certificate to offer: {}",
                                  file.string(),
                                  found == 0 ? "it is empty" : gnutls_strerror(found)));
}

} // namespace causeway::coap
