// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/lwm2m_server/enrolment.hpp"

#include <array>
#include <stdexcept>

#include <openssl/pem.h>
#include <openssl/pkcs7.h>

namespace causeway::sim {

namespace {

constexpr unsigned changed = 0x44;
constexpr unsigned content = 0x45;
constexpr unsigned badRequest = 0x80;
constexpr unsigned forbidden = 0x83;
constexpr unsigned certsOnly = 281;

using File = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Request = std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bag = std::unique_ptr<PKCS7, decltype(&PKCS7_free)>;

Request requestIn(const std::string& octets)
{
    const auto* at = reinterpret_cast<const unsigned char*>(octets.data());
    return {d2i_X509_REQ(nullptr, &at, static_cast<long>(octets.size())), X509_REQ_free};
}

/// Its subject's common name is this.
bool isOf(const std::string& name, const std::string& request)
{
    const Request asked = requestIn(request);
    std::array<char, 256> text{};
    return asked && !name.empty() &&
           X509_NAME_get_text_by_NID(X509_REQ_get_subject_name(asked.get()),
                                     NID_commonName,
                                     text.data(),
                                     static_cast<int>(text.size())) > 0 &&
           name == text.data();
}

std::string bagOf(X509& certificate)
{
    const Bag owned(PKCS7_new(), PKCS7_free);
    PKCS7& bag = *owned;
    PKCS7_set_type(&bag, NID_pkcs7_signed);
    PKCS7_content_new(&bag, NID_pkcs7_data);
    PKCS7_set_detached(&bag, 1);
    PKCS7_add_certificate(&bag, &certificate);
    std::string octets(static_cast<std::size_t>(i2d_PKCS7(&bag, nullptr)), '\0');
    auto* at = reinterpret_cast<unsigned char*>(octets.data());
    i2d_PKCS7(&bag, &at);
    return octets;
}

} // namespace

void Enrolment::use(const std::string& certificate, const std::string& privateKey)
{
    const File first(BIO_new_file(certificate.c_str(), "r"), BIO_free);
    const File second(BIO_new_file(privateKey.c_str(), "r"), BIO_free);
    if (first)
        authority_.reset(PEM_read_bio_X509(first.get(), nullptr, nullptr, nullptr));
    if (second)
        key_.reset(PEM_read_bio_PrivateKey(second.get(), nullptr, nullptr, nullptr));
    if (!authority_ || !key_)
        throw std::runtime_error("the authority cannot be read");
}

std::optional<Message> Enrolment::handle(const std::string& certifiedName, const Message& request)
{
    if (key_ && request.path == std::vector<std::string>{".well-known", "est", "crts"})
        return authorities();
    const bool isFirst = request.path == std::vector<std::string>{".well-known", "est", "sen"};
    const bool isAgain = request.path == std::vector<std::string>{".well-known", "est", "sren"};
    if (!key_ || (!isFirst && !isAgain))
        return std::nullopt;
    Message answer;
    answer.code = isAgain && !isOf(certifiedName, request.payload) ? forbidden : refusal_;
    if (answer.code != 0)
        return answer;
    answer.payload = certify(request.payload, isFirst ? first_ : Term());
    answer.code = answer.payload.empty() ? badRequest : changed;
    if (!answer.payload.empty())
        answer.format = certsOnly;
    return answer;
}

std::string Enrolment::certify(const std::string& request, Term term)
{
    const Request asked = requestIn(request);
    if (!asked || X509_REQ_verify(asked.get(), X509_REQ_get0_pubkey(asked.get())) != 1)
        return {};
    const Certificate made(X509_new(), X509_free);
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++lastSerial_);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), term.begins);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), term.ends);
    X509_set_subject_name(made.get(), X509_REQ_get_subject_name(asked.get()));
    X509_set_issuer_name(made.get(), X509_get_subject_name(authority_.get()));
    X509_set_pubkey(made.get(), X509_REQ_get0_pubkey(asked.get()));
    X509_sign(made.get(), key_.get(), EVP_sha256());
    return bagOf(*made);
}

Message Enrolment::authorities() const
{
    Message answer;
    answer.code = content;
    answer.format = certsOnly;
    answer.payload = bagOf(*authority_);
    return answer;
}

} // namespace causeway::sim
