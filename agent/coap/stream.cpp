// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/stream.hpp"

#include <cerrno>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

#include "agent/coap/server_host.hpp"

namespace causeway::coap {

using api::SecurityMode;
using base::Error;
using base::ErrorKind;
using base::Expected;
using base::Retry;

namespace {

/// Nothing, or why the credential is none for the mode.
std::string_view lackOf(const api::Credential& credential, SecurityMode mode)
{
    if (mode == SecurityMode::Psk)
        return std::holds_alternative<api::PskCredential>(credential)
                   ? ""
                   : "the account has no pre-shared key";
    const auto* const keyPair = std::get_if<api::KeyPair>(&credential);
    if (keyPair == nullptr)
        return "the account has no key pair";
    if (keyPair->residence == api::KeyResidence::Tpm)
        return "a key that the TPM keeps signs for LwM2M Servers only, not for repositories by TCP";
    const bool lacksCertificate =
        mode == SecurityMode::Certificate && keyPair->certificates.empty();
    return lacksCertificate ? "the account's key pair has no certificate" : "";
}

/// The strangers' certificates, and those of accounts that want another opinion.
bool needsGatewayTrust(const api::StreamSettings& settings)
{
    using api::CertificateUsage;
    const auto usage = settings.server.certificateUsage;
    return settings.securityMode == SecurityMode::Certificate &&
           (!settings.credential || usage == CertificateUsage::CaConstraint ||
            usage == CertificateUsage::ServiceCertificate);
}

int connectionError(int socket)
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

Error unreachable(const SocketAddress& address, int error)
{
    return {ErrorKind::Unreachable,
            toText(address) + " cannot be reached: " + base::errnoText(error),
            Retry::Later};
}

} // namespace

Stream::Stream(Environment& environment,
               api::StreamSettings settings,
               api::StreamListener& listener)
    : environment_(environment)
    , settings_(std::move(settings))
    , listener_(listener)
    , late_(environment.loop, [this] {
        tryNextOr({ErrorKind::Timeout, settings_.host + " does not answer", Retry::Later});
    })
{
    environment_.deferred.run(whileOpening([this] { begin(); }));
}

Stream::~Stream() = default;

void Stream::begin()
{
    deadline_ = environment_.loop.now() + longestOpening;
    late_.startAt(deadline_);
    if (settings_.securityMode != SecurityMode::NoSec)
        return prepareTrust();
    if (!environment_.settings.allowsNoSec)
        return fail({ErrorKind::NotAuthorized,
                     "what is not protected is switched off in this gateway's settings"});
    resolve();
}

void Stream::prepareTrust()
{
    if (!needsGatewayTrust(settings_))
        return fetchCredential();
    environment_.trustReader.whenCurrent(whileOpening([this] { fetchCredential(); }));
}

void Stream::fetchCredential()
{
    if (!settings_.credential)
        return resolve();
    environment_.credentials.fetch(*settings_.credential,
                                   whileOpening([this](Expected<api::Credential> credential) {
                                       onCredential(std::move(credential));
                                   }));
}

void Stream::onCredential(Expected<api::Credential> credential)
{
    if (!credential)
        return fail(credential.error().in("the credential for the repository cannot be used"));
    if (const auto lack = lackOf(*credential, settings_.securityMode); !lack.empty())
        return fail({ErrorKind::NotAuthorized, std::string(lack)});
    credential_ = std::move(*credential);
    resolve();
}

void Stream::resolve()
{
    if (const auto admitted = admitHost(settings_.host); !admitted)
        return fail({ErrorKind::InvalidArgument,
                     fmt::format("\"{}\" {}", settings_.host, admitted.error().message)});
    if (auto literal = parseLiteral(settings_.host, settings_.port); !literal.empty())
        return onAddresses(std::move(literal));
    environment_.resolver.resolve(
        settings_.host, settings_.port, whileOpening([this](Expected<Addresses> addresses) {
            onAddresses(std::move(addresses));
        }));
}

void Stream::onAddresses(Expected<Addresses> addresses)
{
    if (!addresses)
        return fail(addresses.error());
    addresses_ = std::move(*addresses);
    connectNext();
}

void Stream::connectNext()
{
    const SocketAddress& address = addresses_[next_++];
    // The time that is left, shared fairly with the addresses that are left.
    const auto left = static_cast<std::int64_t>(addresses_.size() - next_) + 1;
    late_.start((deadline_ - environment_.loop.now()) / left);
    socket_.reset(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_.isOpen())
        return fail({ErrorKind::LimitExceeded,
                     "no socket for the repository: " + base::errnoText(errno),
                     Retry::Later});
    if (::connect(socket_.get(), address.get(), address.size) != 0 && errno != EINPROGRESS)
        return tryNextOr(unreachable(address, errno));
    watch_ =
        environment_.loop.watch(socket_.get(), EPOLLOUT, [this](std::uint32_t) { onConnected(); });
}

void Stream::onConnected()
{
    watch_ = {};
    if (const int error = connectionError(socket_.get()); error != 0)
        return tryNextOr(unreachable(addresses_[next_ - 1], error));
    if (settings_.securityMode == SecurityMode::NoSec)
        return hand(std::move(socket_));
    openTls();
}

void Stream::openTls()
{
    TlsStream::Owner& owner = *this; // the base is private: make_unique could not convert
    try {
        tls_ = std::make_unique<TlsStream>(environment_,
                                           std::move(socket_),
                                           settings_,
                                           credential_ ? &*credential_ : nullptr,
                                           owner);
    } catch (const std::exception& error) {
        fail({ErrorKind::Internal, error.what(), Retry::Later});
    }
}

void Stream::onTlsOpen(base::UniqueFd clear)
{
    hand(std::move(clear));
}

// Another address may be another server; one that is not who it should be is not asked twice.
void Stream::onTlsFailed(const Error& error)
{
    tryNextOr(error);
}

void Stream::tryNextOr(const Error& error)
{
    watch_ = {};
    tls_.reset();
    const bool hasMore = next_ < addresses_.size() && environment_.loop.now() < deadline_;
    if (!hasMore)
        return fail(error);
    connectNext();
}

void Stream::hand(base::UniqueFd socket)
{
    isOpening_ = false;
    late_.stop();
    credential_.reset();
    listener_.onStreamOpen(std::move(socket));
}

void Stream::fail(const Error& error)
{
    isOpening_ = false;
    late_.stop();
    credential_.reset();
    listener_.onStreamFailed(Error(error));
}

} // namespace causeway::coap
