// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "agent/lwm2m/outcome_text.hpp"
#include "agent/lwm2m/registration.hpp"

/// The part of Registration that asks, and judges what it is answered.
namespace causeway::lwm2m {

using api::Request;
using api::Response;
using base::ErrorKind;
using base::Expected;
using model::OutcomeCode;

namespace {

// This client or what it says of itself, and the same would be rejected again: never hammered.
bool isRejection(OutcomeCode code)
{
    return code == OutcomeCode::Forbidden || code == OutcomeCode::BadRequest;
}

} // namespace

void Registration::ask(Request request, Answered answered)
{
    exchangedAt_ = scheduler_.now();
    session_.ask(std::move(request),
                 [this, answered](const Expected<Response>& answer) { (this->*answered)(answer); });
}

void Registration::onRegisterAnswer(const Expected<Response>& answer)
{
    if (!answer) {
        fail(answer.error().in("no answer to Register"));
        return;
    }
    if (answer->code == OutcomeCode::Created && !answer->locationPath.empty()) {
        location_ = answer->locationPath;
        acceptedAt_ = scheduler_.now();
        raise(Event::Accepted);
        return;
    }
    if (answer->code == OutcomeCode::PreconditionFailed && version() != oldestVersion(account_)) {
        account_.version = nextLower(version());
        return raise(Event::VersionRefused);
    }
    account_.version = configuredVersion(account_.settings);
    if (isRejection(answer->code) && !session_.isResumed())
        retries_.useUp();
    fail({ErrorKind::Refused,
          fmt::format("the server answered Register with {}", describe(*answer)),
          base::Retry::Later});
}

void Registration::onUpdateAnswer(const Expected<Response>& answer)
{
    if (!answer) {
        fail(answer.error().in("no answer to Update"));
        return;
    }
    if (answer->code == OutcomeCode::Changed) {
        acceptedAt_ = scheduler_.now();
        raise(Event::Accepted);
        return;
    }
    noteError(fmt::format("the server answered Update with {}", describe(*answer)));
    ++counts_.failures;
    logTrouble("registering anew");
    raise(Event::Forgotten);
}

void Registration::onDeregisterAnswer(const Expected<Response>&)
{
    raise(Event::Done);
}

} // namespace causeway::lwm2m
