// SPDX-License-Identifier: Apache-2.0
#include "agent/web/location.hpp"

#include <algorithm>
#include <charconv>
#include <new>

#include <fmt/format.h>

#include "agent/web/handles.hpp"

namespace causeway::web {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

constexpr std::uint16_t httpPort = 80;
constexpr std::uint16_t httpsPort = 443;

std::string partOf(CURLU* url, CURLUPart part, unsigned flags = 0)
{
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
        return {};
    const TextHandle owner(text);
    return text;
}

bool isVisible(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string hostOf(CURLU* url)
{
    std::string host = partOf(url, CURLUPART_HOST);
    if (host.size() > 2 && host.front() == '[')
        host = host.substr(1, host.size() - 2);
    for (char& c : host)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return host;
}

Expected<Location> locationOf(CURLU* url)
{
    Location location;
    const std::string scheme = partOf(url, CURLUPART_SCHEME);
    location.origin.isSecure = scheme == "https";
    if (!location.origin.isSecure && scheme != "http")
        return fail(ErrorKind::NotSupported, fmt::format("{} is not spoken here", scheme));
    if (!partOf(url, CURLUPART_USER).empty() || !partOf(url, CURLUPART_PASSWORD).empty())
        return fail(ErrorKind::InvalidArgument, "the location has a user name");
    location.origin.host = hostOf(url);
    const std::string port = partOf(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    const char* const end = port.data() + port.size();
    const auto [last, error] = std::from_chars(port.data(), end, location.origin.port);
    if (error != std::errc() || last != end || location.origin.port == 0)
        return fail(ErrorKind::InvalidArgument, "the location has no port");
    location.target = partOf(url, CURLUPART_PATH);
    if (const auto query = partOf(url, CURLUPART_QUERY); !query.empty())
        location.target += '?' + query;
    curl_url_set(url, CURLUPART_FRAGMENT, nullptr, 0);
    location.text = partOf(url, CURLUPART_URL);
    const bool isWhole = !location.origin.host.empty() && !location.target.empty() &&
                         isVisible(location.origin.host) && isVisible(location.target);
    if (!isWhole)
        return fail(ErrorKind::InvalidArgument, "the location is no URI");
    return location;
}

Expected<Location> parse(std::string_view from, std::string_view text)
{
    if (text.empty() || text.size() > longestLocation || !isVisible(text))
        return fail(ErrorKind::InvalidArgument, "the location is no URI");
    const UrlHandle url(curl_url());
    if (!url)
        throw std::bad_alloc();
    if (!from.empty())
        curl_url_set(url.get(), CURLUPART_URL, std::string(from).c_str(), 0);
    const auto result =
        curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_NON_SUPPORT_SCHEME);
    if (result != CURLUE_OK)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("the location is no URI: {}", curl_url_strerror(result)));
    return locationOf(url.get());
}

} // namespace

std::string Location::hostField() const
{
    const bool isV6 = origin.host.find(':') != std::string::npos;
    const std::string host = isV6 ? '[' + origin.host + ']' : origin.host;
    const bool isUsual = origin.port == (origin.isSecure ? httpsPort : httpPort);
    return isUsual ? host : fmt::format("{}:{}", host, origin.port);
}

Expected<Location> parseLocation(std::string_view text)
{
    return parse({}, text);
}

Expected<Location> redirect(const Location& from, std::string_view text)
{
    auto to = parse(from.text, text);
    if (to && from.origin.isSecure && !to->origin.isSecure)
        return fail(ErrorKind::NotAuthorized,
                    "the repository leads from https to http, where nothing is protected");
    return to;
}

} // namespace causeway::web
