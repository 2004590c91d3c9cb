// SPDX-License-Identifier: Apache-2.0
#include "agent/outcomes.hpp"

namespace causeway::agent {

using base::ErrorKind;
using model::OutcomeCode;

namespace {

OutcomeCode codeOf(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::InvalidArgument:
        return OutcomeCode::BadRequest;
    case ErrorKind::NotFound:
        return OutcomeCode::NotFound;
    case ErrorKind::NotAuthorized:
        return OutcomeCode::Unauthorized;
    case ErrorKind::NotSupported:
        return OutcomeCode::MethodNotAllowed;
    case ErrorKind::AlreadyExists:
    case ErrorKind::Refused:
    case ErrorKind::Unreachable:
    case ErrorKind::Timeout:
    case ErrorKind::Locked:
    case ErrorKind::LimitExceeded:
    case ErrorKind::Corrupt:
    case ErrorKind::StorageFailed:
    case ErrorKind::Cancelled:
    case ErrorKind::Internal:
        return OutcomeCode::InternalServerError;
    }
    return OutcomeCode::InternalServerError;
}

} // namespace

model::Outcome outcomeOf(const base::Error& error)
{
    return model::refuse(codeOf(error.kind), error.message);
}

} // namespace causeway::agent
