// SPDX-License-Identifier: Apache-2.0
#include "store/server_place.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "store/psk_text.hpp"

namespace causeway::store {

namespace {

std::string lowered(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char letter) {
        return static_cast<char>(toLower(static_cast<std::uint8_t>(letter)));
    });
    return lower;
}

/// RFC 7252 §6.1 and §6.2, RFC 8323 §8.
std::string_view ownPort(std::string_view scheme)
{
    return scheme.starts_with("coaps") ? "5684" : "5683";
}

/// Without what may be left out at an end.
std::string_view without(std::string_view text, char last)
{
    return text.substr(0, text.size() - (text.ends_with(last) ? 1 : 0));
}

std::string_view withoutZeros(std::string_view port)
{
    return port.substr(std::min(port.find_first_not_of('0'), port.size()));
}

/// What stands between the brackets, as inet_ntop() writes it.
std::string sameAddress(const std::string& address)
{
    in6_addr octets{};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_pton(AF_INET6, address.c_str(), &octets) != 1 ||
        ::inet_ntop(AF_INET6, &octets, text.data(), text.size()) == nullptr)
        return address;
    return text.data();
}

} // namespace

std::string placeOf(std::string_view uri)
{
    const std::string text = lowered(uri);
    const auto schemeEnd = text.find("://");
    if (schemeEnd == std::string::npos)
        return text;
    const auto authority = without(std::string_view(text).substr(schemeEnd + 3), '/');
    const auto hostEnd = authority.starts_with('[') ? authority.find(']') : 0;
    const auto colon = hostEnd == std::string_view::npos ? hostEnd : authority.find(':', hostEnd);
    const auto host = authority.substr(0, colon);
    const auto port =
        colon == std::string_view::npos ? ownPort(text) : withoutZeros(authority.substr(colon + 1));
    if (host.starts_with('['))
        return '[' + sameAddress(std::string(without(host.substr(1), ']'))) +
               "]:" + std::string(port);
    return std::string(without(host, '.')) + ':' + std::string(port);
}

} // namespace causeway::store
