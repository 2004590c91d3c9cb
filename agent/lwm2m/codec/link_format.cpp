// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/link_format.hpp"

#include <fmt/format.h>

#include "agent/lwm2m/attributes_query.hpp"

namespace causeway::lwm2m {

namespace {

// RFC 6690 §2 takes a quoted string as RFC 2616 has it: '"' and '\' are escaped.
std::string inQuotes(std::string_view text)
{
    std::string result = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\')
            result += '\\';
        result += character;
    }
    return result + '"';
}

std::string formatLink(const Link& link)
{
    std::string text = fmt::format("<{}>", link.path.toString());
    if (link.shortServerId)
        text += fmt::format(";ssid={}", *link.shortServerId);
    if (link.serverUri)
        text += ";uri=" + inQuotes(*link.serverUri);
    if (link.version)
        text += ";ver=" + *link.version;
    if (link.dimension)
        text += fmt::format(";dim={}", *link.dimension);
    return text + formatAttributes(link.attributes);
}

// No space after the comma: RFC 6690 has none and Leshan refuses it.
void appendLinks(std::string& text, std::span<const Link> links)
{
    for (const Link& link : links) {
        if (!text.empty())
            text += ',';
        text += formatLink(link);
    }
}

} // namespace

std::string formatLinks(std::span<const Link> links)
{
    std::string text;
    appendLinks(text, links);
    return text;
}

std::string formatRegistration(std::span<const Link> links,
                               std::span<const api::ContentFormat> formats)
{
    std::string text = "</>;rt=\"oma.lwm2m\"";
    const auto list = fmt::format("{}", fmt::join(formats, " "));
    if (formats.size() == 1)
        text += ";ct=" + list;
    if (formats.size() > 1)
        text += ";ct=" + inQuotes(list);
    appendLinks(text, links);
    return text;
}

std::string formatBootstrapDiscover(std::span<const Link> links, std::string_view enabler)
{
    // 1.0 has the version without a link of its own (LwM2M 1.0 §5.2.7.3).
    std::string text =
        enabler == "1.0" ? std::string("lwm2m=\"1.0\"") : fmt::format("</>;lwm2m={}", enabler);
    appendLinks(text, links);
    return text;
}

} // namespace causeway::lwm2m
