// SPDX-License-Identifier: Apache-2.0
#include "agent/base/error.hpp"

#include <system_error>

namespace causeway::base {

Error Error::in(std::string_view context) const
{
    return {kind, std::string(context) + ": " + message, retry, effect};
}

std::string_view toString(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::InvalidArgument:
        return "invalid argument";
    case ErrorKind::NotFound:
        return "not found";
    case ErrorKind::AlreadyExists:
        return "already exists";
    case ErrorKind::NotAuthorized:
        return "not authorized";
    case ErrorKind::NotSupported:
        return "not supported";
    case ErrorKind::Refused:
        return "refused";
    case ErrorKind::Unreachable:
        return "unreachable";
    case ErrorKind::Timeout:
        return "timeout";
    case ErrorKind::Locked:
        return "locked";
    case ErrorKind::LimitExceeded:
        return "limit exceeded";
    case ErrorKind::Corrupt:
        return "corrupt";
    case ErrorKind::StorageFailed:
        return "storage failed";
    case ErrorKind::Cancelled:
        return "cancelled";
    case ErrorKind::Internal:
        return "internal";
    }
    return "internal";
}

std::string errnoText(int errnoValue)
{
    return std::generic_category().message(errnoValue);
}

} // namespace causeway::base
