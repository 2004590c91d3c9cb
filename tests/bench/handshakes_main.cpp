// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "tests/fakes/pki.hpp"
#include "tests/unit/coap/dtls_server.hpp"
#include "tests/unit/coap/session_fixture.hpp"

// What a resumed handshake with certificates costs over a full one, in CPU time of the client's
// thread: ours, through an Endpoint, and bare GnuTLS in the same run.
namespace causeway::bench {

namespace {

using fakes::CertificateWish;
using fakes::Identity;
using namespace std::chrono_literals;

constexpr auto priority =
    "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AES-128-CCM-8:+AEAD:+SIGN-ECDSA-SHA256:+GROUP-SECP256R1"
    ":+CTYPE-CLI-X509:+CTYPE-SRV-X509";

double threadMicroseconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

void check(int result, const char* what)
{
    if (result < 0)
        throw std::runtime_error(std::string(what) + ": " + gnutls_strerror(result));
}

struct People
{
    Identity authority{fakes::authorityWish()};
    Identity server{CertificateWish{}, &authority};
    Identity device{CertificateWish{}, &authority};
};

/// The other end, on a thread of its own: its time does not count.
class ServerThread
{
public:
    explicit ServerThread(const People& people)
        : server_(loop_, priority, {})
        , thread_([this, &people] { run(people); })
    {}

    ~ServerThread()
    {
        isEnding_ = true;
        thread_.join();
    }

    ServerThread(const ServerThread&) = delete;
    ServerThread& operator=(const ServerThread&) = delete;

    [[nodiscard]] std::uint16_t port() const { return server_.port(); }

private:
    void run(const People& people)
    {
        server_.followsClients = true;
        server_.giveTickets();
        server_.present(people.server, false);
        while (!isEnding_)
            loop_.runOnce(10ms);
    }

    base::EventLoop loop_;
    tests::DtlsServer server_;
    std::atomic<bool> isEnding_ = false;
    std::thread thread_;
};

/// Mean microseconds of `count` calls, which say themselves whether they went as they should.
template <typename Handshake>
double measure(int count, Handshake handshake)
{
    handshake(); // the first one of its kind pays for what is made once
    const double begin = threadMicroseconds();
    for (int i = 0; i < count; ++i)
        handshake();
    return (threadMicroseconds() - begin) / count;
}

/// Through the product's Endpoint.
class OurClient
{
public:
    OurClient(const People& people, std::uint16_t port)
    {
        fixture_.store.put({"meter-1", "server"}, people.device.keyPair(true));
        wanted_.securityMode = api::SecurityMode::Certificate;
        wanted_.logName = "meter-1";
        wanted_.uri = "coaps://127.0.0.1:" + std::to_string(port);
        wanted_.credential = {"meter-1", "server"};
        wanted_.server.publicKey = people.server.certificate();
        wanted_.server.certificateUsage = api::CertificateUsage::DomainIssued;
    }

    void handshake(bool isResumed)
    {
        wanted_.mayResume = isResumed;
        fixture_.listener = {};
        const auto session = fixture_.open(wanted_);
        if (!fixture_.runUntilConnectedOrClosed() || !fixture_.listener.facts)
            throw std::runtime_error("no session: " + fixture_.reason());
        if (fixture_.listener.facts->isResumed != isResumed)
            throw std::runtime_error("a full handshake where a resumed one was due, or otherwise");
        session->close();
    }

private:
    tests::SessionFixture fixture_;
    api::SessionSettings wanted_;
};

/// Bare GnuTLS, which looks at nothing but the handshake.
class FloorClient
{
public:
    FloorClient(const People& people, std::uint16_t port)
    {
        address_.sin_family = AF_INET;
        address_.sin_port = htons(port);
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        std::string certificate = people.device.certificatePem();
        std::string key = people.device.keyPem();
        const auto datumOf = [](std::string& text) {
            return gnutls_datum_t{reinterpret_cast<unsigned char*>(text.data()),
                                  static_cast<unsigned>(text.size())};
        };
        const gnutls_datum_t certificateDatum = datumOf(certificate);
        const gnutls_datum_t keyDatum = datumOf(key);
        check(gnutls_certificate_allocate_credentials(&credentials_), "credentials");
        check(gnutls_certificate_set_x509_key_mem(
                  credentials_, &certificateDatum, &keyDatum, GNUTLS_X509_FMT_PEM),
              "certificate");
        check(gnutls_priority_init(&priority_, priority, nullptr), "priority");
    }

    ~FloorClient()
    {
        gnutls_free(resumable_.data);
        gnutls_priority_deinit(priority_);
        gnutls_certificate_free_credentials(credentials_);
    }

    FloorClient(const FloorClient&) = delete;
    FloorClient& operator=(const FloorClient&) = delete;

    void handshake(bool isResumed)
    {
        const base::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address_), sizeof address_) != 0)
            throw std::runtime_error("no socket");
        gnutls_session_t session = nullptr;
        check(gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_DATAGRAM), "init");
        gnutls_priority_set(session, priority_);
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials_);
        gnutls_transport_set_int(session, socket.get());
        if (isResumed)
            check(gnutls_session_set_data(session, resumable_.data, resumable_.size), "resumption");
        check(gnutls_handshake(session), "handshake");
        if ((gnutls_session_is_resumed(session) != 0) != isResumed)
            throw std::runtime_error("the floor's handshake was of the other kind");
        gnutls_free(std::exchange(resumable_.data, nullptr));
        check(gnutls_session_get_data2(session, &resumable_), "state");
        gnutls_deinit(session);
    }

private:
    sockaddr_in address_{};
    gnutls_certificate_credentials_t credentials_ = nullptr;
    gnutls_priority_t priority_ = nullptr;
    gnutls_datum_t resumable_{};
};

template <typename Client>
void report(const char* kind, Client& client, int count)
{
    const double full = measure(count, [&] { client.handshake(false); });
    const double resumed = measure(count, [&] { client.handshake(true); });
    std::printf("{\"kind\": \"%s\", \"full_us\": %.1f, \"resumed_us\": %.1f, \"ratio\": %.3f}\n",
                kind,
                full,
                resumed,
                resumed / full);
}

} // namespace

} // namespace causeway::bench

int main(int argc, char** argv)
{
    using namespace causeway::bench;
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s HANDSHAKES\n", argv[0]);
        return 2;
    }
    try {
        const int count = std::max(std::atoi(argv[1]), 1); // NOLINT(cert-err34-c): 1 at least
        const People people;
        const ServerThread server(people);
        FloorClient floor(people, server.port());
        OurClient ours(people, server.port());
        report("floor", floor, count);
        report("ours", ours, count);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
