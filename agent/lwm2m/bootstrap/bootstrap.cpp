// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/bootstrap/bootstrap.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.hpp"
#include "agent/base/secret.hpp"
#include "agent/lwm2m/outcome_text.hpp"
#include "agent/lwm2m/retry_schedule.hpp"

namespace causeway::lwm2m {

using api::Request;
using api::Response;
using base::Duration;
using base::Error;
using base::ErrorKind;
using base::Expected;
using model::OutcomeCode;
using std::chrono::duration_cast;
using std::chrono::seconds;

namespace {

// EXCHANGE_LIFETIME (RFC 7252 §4.8.2): LwM2M Core §6.1.7.4 wants that long a patience with the
// Bootstrap-Finish; each request of the Bootstrap-Server begins it anew.
constexpr seconds finishPatience{247};
// Of everything that a Bootstrap-Server does, from its 2.04 on: no other server is heard meanwhile,
// and a device must not be deaf for hours because one does not end. A bootstrap takes seconds.
constexpr seconds servingLimit{600};
// A lost 2.04 to the Bootstrap-Finish is asked for again after ACK_TIMEOUT times
// ACK_RANDOM_FACTOR, three seconds at most.
constexpr seconds lingerTime{3};
// An account is a handful of writes: who asks more often than this does not end.
constexpr std::uint32_t mostRequests = 1000;
constexpr seconds shortestWait{1};
constexpr seconds longestWait{3600};

Response refused(OutcomeCode code, std::string diagnostic)
{
    return toResponse(model::refuse(code, std::move(diagnostic)));
}

bool isFinish(const Request& request)
{
    return request.method == api::Method::Post && request.path == std::vector<std::string>{"bs"};
}

} // namespace

Bootstrap::Bootstrap(const Shared& shared, api::ServerSettings account, BootstrapListener& listener)
    : shared_(shared)
    , account_(std::move(account))
    , listener_(listener)
    , operations_(shared.tree, shared.definitions, configuredVersion(account_))
    , timer_(shared.scheduler, [this] { raise(Event::TimerDue); })
    , session_(shared.identity, account_, shared.transport, shared.scheduler, *this)
{}

Bootstrap::~Bootstrap() = default;

void Bootstrap::begin(Duration delay)
{
    startDelay_ = delay;
    raise(Event::Wanted);
}

void Bootstrap::beginNow()
{
    raise(Event::OperatorAsked);
}

void Bootstrap::stop()
{
    raise(Event::Stop);
}

void Bootstrap::onCredentialChanged()
{
    raise(Event::CredentialChanged);
}

void Bootstrap::raise(Event event)
{
    const auto rows = transitions();
    const auto row = std::ranges::find_if(
        rows, [&](const Transition& t) { return t.state == state_ && t.event == event; });
    if (row == rows.end())
        return;
    state_ = row->next;
    timer_.stop();
    (this->*row->action)();
    listener_.onStatusChanged();
}

// Session events.

void Bootstrap::onConnected(const api::ChannelFacts& facts)
{
    session_.noteChannel(facts);
    raise(Event::Connected);
}

void Bootstrap::onClosed(const Error& reason)
{
    if (session_.isOpen())
        fail(reason);
}

void Bootstrap::onRequest(Request request, api::Respond respond)
{
    raise(Event::Asked);
    if (++requests_ > mostRequests) {
        respond(refused(OutcomeCode::RequestTooLarge, "too many requests in one bootstrap"));
        return fail({ErrorKind::LimitExceeded,
                     fmt::format("the Bootstrap-Server sent more than {} requests and no end",
                                 mostRequests)});
    }
    if (isFinish(request))
        return finish(std::move(respond));
    auto response = operations_.perform(*stage_, request, shared_.scheduler.now());
    base::wipe(request.payload); // which may have been a key
    respond(std::move(response));
}

void Bootstrap::onReset(const api::Token&)
{
    // Only notifications are reset, and a Bootstrap-Server gets none.
}

// One failure of whatever was going on: notes it, ends the session, and says what comes next.
void Bootstrap::fail(const Error& error)
{
    session_.close();
    if (state_ == State::Lingering || state_ == State::Keeping || state_ == State::Packing)
        return raise(Event::AttemptFailed);
    ++failures_;
    lastError_ = error.message;
    lastErrorAt_ = shared_.scheduler.wallNow();
    const bool isLocked = state_ == State::Connecting && error.kind == ErrorKind::Locked;
    raise(isLocked ? Event::KeysLocked : Event::AttemptFailed);
}

// Actions.

void Bootstrap::rest()
{
    session_.close();
    stage_.reset();
}

void Bootstrap::holdOff()
{
    const Duration delay = startDelay_ + account_.clientHoldOff;
    nextAttemptAt_ = shared_.scheduler.wallNow() + delay;
    timer_.start(delay);
}

void Bootstrap::connect()
{
    session_.open();
}

void Bootstrap::reconnect()
{
    session_.close();
    connect();
}

void Bootstrap::waitForKeys()
{
    tell("waiting for the key store");
}

void Bootstrap::sendRequest()
{
    if (mayAskForPack_ && configuredVersion(account_) >= ProtocolVersion::V1_2)
        askForPack();
    else
        askToServe();
}

// LwM2M 1.2 Core §6.1.3: everything in one answer, and no Bootstrap-Finish.
void Bootstrap::askForPack()
{
    Request request;
    request.path = {"bspack"};
    request.query = {"ep=" + shared_.identity.endpointName};
    if (const auto own = listener_.stage().bootstrapInstance())
        request.query.push_back(fmt::format("acc=</{}/{}>", securityObjectId, *own));
    request.accept = senmlCborFormat;
    session_.ask(std::move(request),
                 [this](Expected<Response> answer) { onPackAnswer(std::move(answer)); });
}

void Bootstrap::onPackAnswer(Expected<Response> answer)
{
    if (state_ != State::Requesting)
        return;    // the server has begun to write itself
    if (!answer) { // perhaps it is no more than the unknown path
        mayAskForPack_ = false;
        return fail(answer.error().in("no answer to Bootstrap-Pack-Request"));
    }
    stage_ = listener_.stage(); // not before: servers were heard until now
    const auto taken = answer->code == OutcomeCode::Content
                           ? operations_.takePack(*stage_, *answer, shared_.scheduler.now())
                           : OrRefusal<void>(refusal(answer->code, describe(*answer)));
    base::wipe(answer->payload); // keys
    if (!taken) {
        log::info("{DEVICE}: {SERVER} has no Bootstrap-Pack: {ERROR}; asking it to write",
                  "DEVICE",
                  shared_.identity.logName,
                  "SERVER",
                  account_.name,
                  "ERROR",
                  taken.error().diagnostic);
        mayAskForPack_ = false;
        return raise(Event::PackRefused);
    }
    raise(Event::PackCame);
    listener_.onFinish(*stage_,
                       lifetime_.guard([this](const Expected<void>& kept) { onPackKept(kept); }));
}

void Bootstrap::onPackKept(const Expected<void>& kept)
{
    if (kept)
        return raise(Event::Kept);
    lastError_ = kept.error().in("Bootstrap-Pack").message;
    lastErrorAt_ = shared_.scheduler.wallNow();
    tell("asking the Bootstrap-Server to write instead");
    mayAskForPack_ = false;
    raise(Event::NotKept);
}

void Bootstrap::askToServe()
{
    if (!session_.isOpen()) // lost while the pack was being decided
        return fail({ErrorKind::Unreachable, "the session ended before the bootstrap did"});
    Request request;
    request.method = api::Method::Post;
    request.path = {"bs"};
    request.query = {"ep=" + shared_.identity.endpointName};
    // The preferred format came with LwM2M 1.1.
    if (mayTellFormat_ && configuredVersion(account_) != ProtocolVersion::V1_0)
        request.query.push_back(fmt::format("pct={}", senmlCborFormat));
    session_.ask(std::move(request),
                 [this](const Expected<Response>& answer) { onRequestAnswer(answer); });
}

void Bootstrap::onRequestAnswer(const Expected<Response>& answer)
{
    if (!answer)
        return fail(answer.error().in("no answer to Bootstrap-Request"));
    if (answer->code == OutcomeCode::Changed)
        return raise(Event::Accepted);
    if (answer->code == OutcomeCode::UnsupportedFormat && std::exchange(mayTellFormat_, false))
        return askToServe();
    fail({ErrorKind::Refused,
          fmt::format("the server answered Bootstrap-Request with {}", describe(*answer)),
          base::Retry::Later});
}

// From here on no other server is heard, and what they wrote until now is in the copy.
void Bootstrap::beginServing()
{
    stage_ = listener_.stage();
    requests_ = 0;
    servingEnds_ = shared_.scheduler.now() + servingLimit;
    waitForServer();
}

void Bootstrap::waitForServer()
{
    const Duration left = servingEnds_ - shared_.scheduler.now();
    if (session_.isOpen())
        timer_.start(std::clamp<Duration>(left, Duration::zero(), finishPatience));
    else // lost while the Bootstrap-Finish was being decided, which it was not
        fail({ErrorKind::Unreachable, "the session ended before the bootstrap did"});
}

void Bootstrap::finish(api::Respond respond)
{
    raise(Event::FinishAsked);
    listener_.onFinish(
        *stage_,
        lifetime_.guard([this, respond = std::move(respond)](const Expected<void>& kept) mutable {
            onKept(kept, std::move(respond));
        }));
}

void Bootstrap::waitForStore()
{
    // No timer: the store answers, whatever happens, and nothing must come between.
}

void Bootstrap::onKept(const Expected<void>& kept, api::Respond respond)
{
    if (kept) {
        Response response;
        response.code = OutcomeCode::Changed;
        respond(std::move(response));
        return raise(Event::Kept);
    }
    lastError_ = kept.error().in("Bootstrap-Finish").message;
    lastErrorAt_ = shared_.scheduler.wallNow();
    tell("waiting for the Bootstrap-Server to correct it");
    const bool isOurs =
        kept.error().kind == ErrorKind::StorageFailed || kept.error().kind == ErrorKind::Locked;
    respond(refused(isOurs ? OutcomeCode::InternalServerError : OutcomeCode::NotAcceptable,
                    kept.error().message));
    raise(Event::NotKept);
}

void Bootstrap::giveUp()
{
    ++failures_;
    const bool isLimit = shared_.scheduler.now() >= servingEnds_;
    lastError_ = fmt::format("no Bootstrap-Finish within {} s",
                             (isLimit ? servingLimit : finishPatience).count());
    lastErrorAt_ = shared_.scheduler.wallNow();
    waitForRetry();
}

// Doubled each time.
void Bootstrap::waitForRetry()
{
    session_.close();
    stage_.reset();
    auto wait = std::clamp<seconds>(account_.retryTimer, shortestWait, longestWait);
    for (std::uint32_t i = 1; i < failures_ && wait < longestWait; ++i)
        wait *= 2;
    const auto delay = spread(std::min(wait, longestWait),
                              fmt::format("{}/{}", shared_.identity.endpointName, failures_));
    nextAttemptAt_ = shared_.scheduler.wallNow() + delay;
    timer_.start(delay);
    tell(fmt::format("trying again in {} s, the accounts stay as they are",
                     duration_cast<seconds>(delay).count()));
}

void Bootstrap::linger()
{
    failures_ = 0;
    toldError_.clear();
    log::notice("{DEVICE}: bootstrapped by {SERVER}",
                "DEVICE",
                shared_.identity.logName,
                "SERVER",
                account_.name);
    timer_.start(session_.isOpen() ? Duration(lingerTime) : Duration::zero());
}

void Bootstrap::handOver()
{
    rest();
    listener_.onBootstrapped();
}

void Bootstrap::tell(const std::string& whatNext)
{
    if (std::exchange(toldError_, lastError_) == lastError_)
        return;
    log::warning("{DEVICE}: {SERVER}: {ERROR}, {NEXT}",
                 "DEVICE",
                 shared_.identity.logName,
                 "SERVER",
                 account_.name,
                 "ERROR",
                 lastError_,
                 "NEXT",
                 whatNext);
}

} // namespace causeway::lwm2m
