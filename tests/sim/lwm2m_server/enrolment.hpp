// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tests/sim/lwm2m_server/coap_server.hpp"

namespace causeway::sim {

/// EST's simple enrolment (RFC 9148 §4.2, /.well-known/est/sen): signs whatever request has a valid
/// signature of its own, for a day, with OpenSSL.
class Enrolment
{
public:
    /// The authority; throws when the files (PEM) are none.
    void use(const std::string& certificate, const std::string& privateKey);

    /// Answer with this code from now on; zero: sign.
    void refuse(unsigned code) { refusal_ = code; }

    /// Nothing when it is about something else.
    [[nodiscard]] std::optional<Message> handle(const Message& request);

private:
    [[nodiscard]] std::string certify(const std::string& request);

    std::unique_ptr<X509, decltype(&X509_free)> authority_{nullptr, X509_free};
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_{nullptr, EVP_PKEY_free};
    unsigned refusal_ = 0;
    long lastSerial_ = 0;
};

} // namespace causeway::sim
