// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/session.hpp"

#include <cstdio>

#include "dbus/ctl/plain_text.hpp"

namespace causeway::dbus::ctl {

void Session::print(const Json& json)
{
    std::puts(toAscii(json, 2).c_str());
}

void Session::say(const std::string& line)
{
    std::puts(plainText(line).c_str());
}

void Session::confirm(const std::string& sentence, const Json& details) const
{
    if (!wantsJson)
        return say(sentence);
    Json answer{{"done", sentence}};
    answer.update(details);
    print(answer);
}

} // namespace causeway::dbus::ctl
