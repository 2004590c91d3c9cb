// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/server_host.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

namespace causeway::coap {

namespace {

constexpr std::size_t longestName = 253; // RFC 1035 §3.1, as text

tl::unexpected<base::Error> refuse(std::string words)
{
    return base::fail(base::ErrorKind::InvalidArgument, std::move(words));
}

bool isIpv4(const std::string& text)
{
    in_addr address{};
    return ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}

/// RFC 4007 §11: an address of one link names it behind a '%'.
bool isIpv6(std::string_view text)
{
    const auto percent = text.find('%');
    in6_addr address{};
    const std::string plain(text.substr(0, percent));
    return percent != text.size() - 1 && ::inet_pton(AF_INET6, plain.c_str(), &address) == 1;
}

/// What inet_aton(3), and so getaddrinfo(3), reads as an IPv4 address, in its usual writing; empty
/// when it reads none.
std::string rareAddress(const std::string& text)
{
    in_addr address{};
    std::array<char, INET_ADDRSTRLEN> usual{};
    if (::inet_aton(text.c_str(), &address) == 0 ||
        ::inet_ntop(AF_INET, &address, usual.data(), usual.size()) == nullptr)
        return {};
    return usual.data();
}

bool isUnfit(char character)
{
    const auto octet = static_cast<unsigned char>(character);
    return octet <= 0x20 || octet == 0x7F || character == '@';
}

bool hasEmptyLabel(std::string_view name)
{
    return name.empty() || name.front() == '.' || name.back() == '.' ||
           name.find("..") != std::string_view::npos;
}

} // namespace

bool isAddress(std::string_view host)
{
    return host.find(':') != std::string_view::npos || isIpv4(std::string(host));
}

std::string_view withoutFinalDot(std::string_view name)
{
    return name.substr(0, name.size() - (name.ends_with('.') ? 1 : 0));
}

base::Expected<void> admitHost(std::string_view host)
{
    if (std::ranges::any_of(host, isUnfit))
        return refuse("has a space, a control character or a user name");
    if (host.find(':') != std::string_view::npos)
        return isIpv6(host) ? base::Expected<void>() : refuse("is no IPv6 address");
    if (isAddress(host))
        return {};
    const std::string name(withoutFinalDot(host));
    if (hasEmptyLabel(name) || name.size() > longestName)
        return refuse("is empty, too long or has a part that is empty");
    if (const auto usual = rareAddress(name); !usual.empty())
        return refuse(fmt::format("would be read as the address {0}, and is not written as one: "
                                  "write {0} if that is meant",
                                  usual));
    return {};
}

base::Expected<void> admitServerName(std::string_view name)
{
    constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    const bool isName = name.find_first_not_of(letters) == std::string_view::npos;
    if (name.empty() || (isName && !isAddress(name) && admitHost(name)))
        return {};
    return refuse("the server name is no host name; an address can never be one (RFC 6066)");
}

std::string sentName(std::string_view host, std::string_view serverName)
{
    const std::string_view name = withoutFinalDot(serverName.empty() ? host : serverName);
    return isAddress(name) || !admitHost(name) ? std::string() : std::string(name);
}

} // namespace causeway::coap
