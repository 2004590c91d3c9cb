// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/// Owners for GnuTLS's handles; nothing outside agent/coap sees them.
namespace causeway::coap {

struct GnutlsDeleter
{
    void operator()(gnutls_session_t session) const noexcept { gnutls_deinit(session); }

    void operator()(gnutls_priority_t priority) const noexcept { gnutls_priority_deinit(priority); }

    void operator()(gnutls_psk_client_credentials_t credentials) const noexcept
    {
        gnutls_psk_free_client_credentials(credentials);
    }

    void operator()(gnutls_certificate_credentials_t credentials) const noexcept
    {
        gnutls_certificate_free_credentials(credentials);
    }

    void operator()(gnutls_x509_crt_t certificate) const noexcept
    {
        gnutls_x509_crt_deinit(certificate);
    }
};

template <typename Handle>
using GnutlsHandle = std::unique_ptr<std::remove_pointer_t<Handle>, GnutlsDeleter>;

using SessionHandle = GnutlsHandle<gnutls_session_t>;
using PriorityHandle = GnutlsHandle<gnutls_priority_t>;
using PskHandle = GnutlsHandle<gnutls_psk_client_credentials_t>;
using KeyPairsHandle = GnutlsHandle<gnutls_certificate_credentials_t>;
using CertificateHandle = GnutlsHandle<gnutls_x509_crt_t>;

} // namespace causeway::coap
