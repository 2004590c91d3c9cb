// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/write_fate.hpp"

#include <string_view>

namespace causeway::bridges::modbus {

using base::Error;
using base::ErrorKind;

namespace {

// An Error has no field for it, and needs none but here: the sentence is our own.
constexpr std::string_view unsent = "not written: ";
constexpr std::string_view doubt = ": whether the write took effect is unknown";

} // namespace

Error ofUnsent(const Request& request, const Error& why)
{
    return isWrite(request.function) && !isUnsent(why) ? why.in("not written") : why;
}

Error ofSent(const Request& request, Error why)
{
    if (!isWrite(request.function) || why.kind == ErrorKind::Refused)
        return why;
    if (isPathUnavailable(why))
        return ofUnsent(request, why);
    if (!why.message.ends_with(doubt))
        why.message += doubt;
    return why;
}

bool isUnsent(const Error& error)
{
    return error.message.starts_with(unsent);
}

Error withoutFate(Error why)
{
    if (isUnsent(why))
        why.message.erase(0, unsent.size());
    else if (why.message.ends_with(doubt))
        why.message.resize(why.message.size() - doubt.size());
    return why;
}

} // namespace causeway::bridges::modbus
