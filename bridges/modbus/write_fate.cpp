// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/write_fate.hpp"

#include <string_view>

namespace causeway::bridges::modbus {

using base::Effect;
using base::Error;
using base::ErrorKind;

namespace {

constexpr std::string_view prefix = "not written: ";
constexpr std::string_view doubt = ": whether the write took effect is unknown";

} // namespace

Error unsent(const Error& why)
{
    if (why.effect == Effect::None)
        return why;
    Error told{why.kind, std::string(prefix) + why.message, why.retry};
    told.effect = Effect::None;
    return told;
}

Error ofUnsent(const Request& request, const Error& why)
{
    return isWrite(request.function) ? unsent(why) : why;
}

Error ofSent(const Request& request, Error why)
{
    if (!isWrite(request.function) || why.kind == ErrorKind::Refused)
        return why;
    if (isPathUnavailable(why))
        return ofUnsent(request, why);
    if (why.effect != Effect::Doubtful)
        why.message += doubt;
    why.effect = Effect::Doubtful;
    return why;
}

Error withoutFate(Error why)
{
    if (why.message.starts_with(prefix))
        why.message.erase(0, prefix.size());
    else if (why.message.ends_with(doubt))
        why.message.resize(why.message.size() - doubt.size());
    why.effect = Effect::Untold;
    return why;
}

} // namespace causeway::bridges::modbus
