// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tests/sim/lwm2m_server/coap_server.hpp"

namespace causeway::sim {

/// EST's simple enrolment and re-enrolment (RFC 9148 §4.2, /.well-known/est/sen, sren, crts): signs
/// whatever request has a valid signature of its own, with OpenSSL; again only what is of the very
/// client that asks.
class Enrolment
{
public:
    /// The authority; throws when the files (PEM) are none.
    void use(const std::string& certificate, const std::string& privateKey);

    /// Answer with this code from now on; zero: sign.
    void refuse(unsigned code) { refusal_ = code; }

    /// What the first certificate of a client has, in seconds from its making; a later one has a
    /// day.
    struct Term
    {
        long begins = -60;
        long ends = 24L * 60 * 60;
    };

    void limitFirst(Term term) { first_ = term; }

    /// Nothing when it is about something else. `certifiedName`: what the client's certificate says
    /// it is, if it has one.
    [[nodiscard]] std::optional<Message> handle(const std::string& certifiedName,
                                                const Message& request);

private:
    /// Its own certificate (/crts).
    [[nodiscard]] Message authorities() const;
    [[nodiscard]] std::string certify(const std::string& request, Term term);

    std::unique_ptr<X509, decltype(&X509_free)> authority_{nullptr, X509_free};
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_{nullptr, EVP_PKEY_free};
    Term first_;
    unsigned refusal_ = 0;
    long lastSerial_ = 0;
};

} // namespace causeway::sim
