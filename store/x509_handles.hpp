// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <new>
#include <type_traits>

#include <gnutls/abstract.h>
#include <gnutls/pkcs7.h>
#include <gnutls/x509.h>

#include "agent/base/bytes.hpp"
#include "agent/base/secret.hpp"

/// GnuTLS's handles with their owners, and octets its way; for this directory's .cpp files.
namespace causeway::store::x509 {

struct Deleter
{
    void operator()(gnutls_privkey_t key) const noexcept { gnutls_privkey_deinit(key); }

    void operator()(gnutls_x509_privkey_t key) const noexcept { gnutls_x509_privkey_deinit(key); }

    void operator()(gnutls_pubkey_t key) const noexcept { gnutls_pubkey_deinit(key); }

    void operator()(gnutls_x509_crt_t certificate) const noexcept
    {
        gnutls_x509_crt_deinit(certificate);
    }

    void operator()(gnutls_pkcs7_t bag) const noexcept { gnutls_pkcs7_deinit(bag); }

    void operator()(gnutls_x509_crq_t request) const noexcept { gnutls_x509_crq_deinit(request); }
};

template <typename Handle>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Deleter>;

template <typename Handle>
Owned<Handle> make(int (*initialise)(Handle*))
{
    Handle handle = nullptr;
    if (initialise(&handle) < 0)
        throw std::bad_alloc();
    return Owned<Handle>(handle);
}

/// What GnuTLS gives away, wiped when it goes: it may be a private key.
struct Output
{
    Output() = default;
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    ~Output()
    {
        base::wipe({datum.data, datum.size});
        gnutls_free(datum.data);
    }

    [[nodiscard]] base::ByteView view() const { return {datum.data, datum.size}; }

    gnutls_datum_t datum{};
};

inline gnutls_datum_t borrow(base::ByteView octets)
{
    // GnuTLS's readers take a pointer to what they do not change.
    return {const_cast<unsigned char*>(octets.data()), // NOLINT: C interface
            static_cast<unsigned>(octets.size())};
}

} // namespace causeway::store::x509
