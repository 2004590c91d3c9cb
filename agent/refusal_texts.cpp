// SPDX-License-Identifier: Apache-2.0
#include "agent/refusal_texts.hpp"

#include <fmt/format.h>

namespace causeway::agent {

using base::ErrorKind;
using base::fail;

tl::unexpected<base::Error> exists(std::string_view kind, const std::string& name)
{
    return fail(ErrorKind::AlreadyExists, fmt::format("there is a {} \"{}\" already", kind, name));
}

tl::unexpected<base::Error> missing(std::string_view kind, const std::string& name)
{
    return fail(ErrorKind::NotFound, fmt::format("there is no {} \"{}\"", kind, name));
}

bool isGateway(const api::DeviceSettings& settings)
{
    return settings.line.empty() && settings.bleAddress.empty();
}

std::string placeOf(const api::DeviceSettings& settings)
{
    if (isGateway(settings))
        return "the gateway itself";
    return settings.line.empty()
               ? fmt::format("Bluetooth address {}", settings.bleAddress)
               : fmt::format("unit {} of line {}", settings.unitId, settings.line);
}

} // namespace causeway::agent
