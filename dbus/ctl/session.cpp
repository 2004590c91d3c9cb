// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/session.hpp"

#include <cstdio>

namespace causeway::dbus::ctl {

void Session::print(const Json& json)
{
    const auto text = json.dump(2, ' ', false, Json::error_handler_t::replace);
    std::puts(text.c_str());
}

void Session::confirm(const std::string& sentence) const
{
    if (wantsJson)
        print({{"done", sentence}});
    else
        std::puts(sentence.c_str());
}

} // namespace causeway::dbus::ctl
