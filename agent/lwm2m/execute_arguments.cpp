// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/execute_arguments.hpp"

#include <bitset>

namespace causeway::lwm2m {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

// The ABNF's CHAR: "!" / %x23-26 / %x28-5B / %x5D-7E.
bool isValueCharacter(char c)
{
    return c >= '!' && c <= '~' && c != '"' && c != '\'' && c != '\\';
}

// Takes ='…' off the front if it is there; false when it begins and is wrong.
bool skipValue(std::string_view& rest)
{
    if (rest.empty() || rest.front() != '=')
        return true;
    rest.remove_prefix(1);
    if (rest.empty() || rest.front() != '\'')
        return false;
    rest.remove_prefix(1);
    while (!rest.empty() && isValueCharacter(rest.front()))
        rest.remove_prefix(1);
    if (rest.empty() || rest.front() != '\'')
        return false;
    rest.remove_prefix(1);
    return true;
}

} // namespace

bool areExecuteArguments(std::string_view text)
{
    std::bitset<10> seen;
    std::string_view rest = text;
    if (rest.empty())
        return true;
    for (;;) {
        if (rest.empty() || !isDigit(rest.front()))
            return false;
        const auto digit = static_cast<std::size_t>(rest.front() - '0');
        if (seen.test(digit))
            return false;
        seen.set(digit);
        rest.remove_prefix(1);
        if (!skipValue(rest))
            return false;
        if (rest.empty())
            return true;
        if (rest.front() != ',')
            return false;
        rest.remove_prefix(1);
    }
}

std::string executeArgumentsOf(const api::Request& request)
{
    if (!request.payload.empty())
        return std::string(base::asText(request.payload));
    std::string arguments;
    for (const auto& option : request.query) {
        const auto equals = option.find('=');
        arguments += arguments.empty() ? "" : ",";
        arguments += option.substr(0, equals);
        if (equals != std::string::npos)
            arguments += "='" + option.substr(equals + 1) + "'";
    }
    return arguments;
}

} // namespace causeway::lwm2m
