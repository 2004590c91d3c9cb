// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/firmware/package_uri.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <arpa/inet.h>

#include "agent/base/bytes.hpp"

namespace causeway::lwm2m {

using api::PackageProtocol;
using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

constexpr std::size_t longestUri = 255;  // LwM2M Core appendix E.6
constexpr std::size_t longestHost = 253; // RFC 1035 §2.3.4
constexpr std::size_t mostSegments = 32; // no repository nests as deep

struct Scheme
{
    std::string_view name;
    PackageProtocol protocol;
    std::uint16_t port;
};

constexpr std::array schemes{Scheme{"coap", PackageProtocol::Coap, 5683},
                             Scheme{"coaps", PackageProtocol::Coaps, 5684},
                             Scheme{"http", PackageProtocol::Http, 80},
                             Scheme{"https", PackageProtocol::Https, 443},
                             Scheme{"coap+tcp", PackageProtocol::CoapTcp, 5683},
                             Scheme{"coaps+tcp", PackageProtocol::CoapsTcp, 5684}};

auto refuse(std::string_view why)
{
    return fail(ErrorKind::InvalidArgument, "this is no package URI: " + std::string(why));
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

std::string lowered(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return result;
}

// RFC 3986 §3.1.
bool isScheme(std::string_view text)
{
    return !text.empty() && isLetter(text.front()) && std::ranges::all_of(text, [](char c) {
        return isLetter(c) || isDigit(c) || c == '+' || c == '-' || c == '.';
    });
}

/// Takes the text up to the first of `ends` off its front.
std::string_view cut(std::string_view& text, std::string_view ends)
{
    const auto end = std::min(text.find_first_of(ends), text.size());
    const auto front = text.substr(0, end);
    text.remove_prefix(end);
    return front;
}

// RFC 3986 §2.1; what is then no UTF-8, or has a NUL, is no name of anything here.
std::optional<std::string> unescaped(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        result += cut(text, "%");
        if (text.empty())
            break;
        const auto octet = base::fromHex(text.substr(1, 2));
        if (!octet || octet->size() != 1 || octet->front() == 0)
            return std::nullopt;
        result += static_cast<char>(octet->front());
        text.remove_prefix(3);
    }
    return base::isValidUtf8(result) ? std::optional(result) : std::nullopt;
}

// RFC 7252 §6.4: an empty path and "/" have no segment.
Expected<std::vector<std::string>> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        text.remove_prefix(1);
        auto part = unescaped(cut(text, std::string_view(&separator, 1)));
        if (!part || part->size() > longestUri)
            return refuse("it has an escape that stands for nothing");
        if (parts.size() == mostSegments)
            return refuse("its path is too long");
        parts.push_back(std::move(*part));
    }
    if (parts.size() == 1 && parts.front().empty())
        parts.clear();
    return parts;
}

Expected<std::uint16_t> parsePort(std::string_view text)
{
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0)
        return refuse("its port is none");
    return port;
}

Expected<void> parseAuthority(std::string_view text, PackageUri& uri)
{
    if (text.find('@') != std::string_view::npos)
        return refuse("it has a user name");
    if (text.starts_with('[')) {
        text.remove_prefix(1);
        uri.host = lowered(cut(text, "]"));
        if (text.empty() || uri.host.find(':') == std::string::npos || !isLiteralHost(uri.host))
            return refuse("its host is no address");
        text.remove_prefix(1);
    } else {
        const auto host = unescaped(cut(text, ":"));
        uri.host = lowered(host.value_or(std::string()));
        if (uri.host.find_first_of("/?#[]@ :") != std::string::npos)
            return refuse("its host is no name");
    }
    if (uri.host.empty() || uri.host.size() > longestHost)
        return refuse("it has no host");
    if (text.empty())
        return {};
    if (text.front() != ':')
        return refuse("there is something behind its host");
    if (text.size() == 1)
        return {}; // RFC 3986 §3.2.3: an empty port is the default
    auto port = parsePort(text.substr(1));
    if (!port)
        return fail(port.error());
    uri.port = *port;
    return {};
}

} // namespace

bool isLiteralHost(std::string_view host)
{
    const std::string text(host);
    in6_addr address{};
    return ::inet_pton(AF_INET6, text.c_str(), &address) == 1 ||
           ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}

Expected<PackageUri> parsePackageUri(std::string_view text)
{
    if (text.size() > longestUri)
        return refuse("it is longer than 255 octets");
    if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; }))
        return refuse("it has blanks, or characters that no URI has");
    PackageUri uri;
    uri.scheme = lowered(cut(text, ":"));
    if (!isScheme(uri.scheme) || !text.starts_with("://"))
        return refuse("it does not begin as one");
    text.remove_prefix(3);
    const auto* const known = std::ranges::find(schemes, uri.scheme, &Scheme::name);
    if (known != schemes.end()) {
        uri.protocol = known->protocol;
        uri.port = known->port;
    }
    if (auto authority = parseAuthority(cut(text, "/?#"), uri); !authority)
        return fail(authority.error());
    auto path = split(cut(text, "?#"), '/');
    auto query = split(cut(text, "#"), '&');
    if (!text.empty())
        return refuse("it has a fragment");
    if (!path || !query)
        return fail(path ? query.error() : path.error());
    uri.path = std::move(*path);
    uri.query = std::move(*query);
    return uri;
}

} // namespace causeway::lwm2m
