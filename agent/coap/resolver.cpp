// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/resolver.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include "agent/base/door.hpp"

namespace causeway::coap {

namespace {

struct AddressInfoDeleter
{
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

SocketAddress makeAddress(const void* octets, std::size_t size)
{
    SocketAddress address;
    std::memcpy(&address.storage, octets, size);
    address.size = static_cast<socklen_t>(size);
    return address;
}

SocketAddress withPort(SocketAddress address, std::uint16_t port)
{
    if (address.storage.ss_family == AF_INET6)
        reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port =
            htons(port); // NOLINT: likewise
    else
        reinterpret_cast<sockaddr_in&>(address.storage).sin_port = htons(port); // NOLINT: likewise
    return address;
}

Resolver::Addresses withPort(Resolver::Addresses addresses, std::uint16_t port)
{
    if (addresses)
        for (auto& address : *addresses)
            address = withPort(address, port);
    return addresses;
}

} // namespace

std::string localHost(int socket)
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto* const address = reinterpret_cast<sockaddr*>(&storage); // NOLINT: the sockets API
    std::array<char, NI_MAXHOST> host{};
    if (::getsockname(socket, address, &size) != 0 ||
        ::getnameinfo(address, size, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) != 0)
        return {};
    return host.data();
}

std::string toText(const SocketAddress& address)
{
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    const int result = ::getnameinfo(address.get(),
                                     address.size,
                                     host.data(),
                                     host.size(),
                                     port.data(),
                                     port.size(),
                                     NI_NUMERICHOST | NI_NUMERICSERV);
    if (result != 0)
        return "an unknown address";
    const std::string plain = host.data();
    const bool isIpv6 = address.storage.ss_family == AF_INET6;
    return (isIpv6 ? "[" + plain + "]" : plain) + ":" + port.data();
}

std::vector<SocketAddress> parseLiteral(const std::string& host, std::uint16_t port)
{
    sockaddr_in address4{};
    sockaddr_in6 address6{};
    if (::inet_pton(AF_INET, host.c_str(), &address4.sin_addr) == 1) {
        address4.sin_family = AF_INET;
        address4.sin_port = htons(port);
        return {makeAddress(&address4, sizeof address4)};
    }
    if (::inet_pton(AF_INET6, host.c_str(), &address6.sin6_addr) != 1)
        return {};
    address6.sin6_family = AF_INET6;
    address6.sin6_port = htons(port);
    return {makeAddress(&address6, sizeof address6)};
}

Resolver::Resolver(base::Scheduler& scheduler, LookUp lookUp)
    : scheduler_(scheduler)
    , lookUp_(std::move(lookUp))
{}

Resolver::Addresses Resolver::askSystem(const std::string& host)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* list = nullptr;
    const int result = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    const std::unique_ptr<addrinfo, AddressInfoDeleter> owner(list);
    if (result != 0) {
        const std::string why =
            result == EAI_SYSTEM ? base::errnoText(errno) : ::gai_strerror(result);
        return base::fail(base::ErrorKind::Unreachable,
                          "\"" + host + "\" cannot be resolved: " + why,
                          base::Retry::Later);
    }
    std::vector<SocketAddress> addresses;
    for (; list != nullptr && addresses.size() < mostAddresses; list = list->ai_next)
        addresses.push_back(makeAddress(list->ai_addr, list->ai_addrlen));
    return addresses;
}

void Resolver::resolve(const std::string& host, std::uint16_t port, Done done)
{
    auto& waiting = waiting_[host];
    waiting.push_back({port, std::move(done)});
    if (waiting.size() > 1)
        return;
    auto report =
        lifetime_.guard([this, host](const Addresses& result) { onResult(host, result); });
    base::Task task = [this, &scheduler = scheduler_, host, report = std::move(report)]() mutable {
        scheduler.post(
            [report = std::move(report), result = lookUp_(host)]() mutable { report(result); });
    };
    try {
        workers_.post(std::move(task));
    } catch (const std::exception&) {
        waiting_.erase(host); // nobody looks it up: the next one must ask again
        throw;
    }
}

void Resolver::onResult(const std::string& host, const Addresses& result)
{
    const auto node = waiting_.extract(host);
    for (auto& waiting : node.mapped())
        base::contain(host, [&] { waiting.done(withPort(result, waiting.port)); });
}

} // namespace causeway::coap
