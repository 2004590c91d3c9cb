// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/registration.hpp"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "agent/base/log.hpp"
#include "agent/base/message_ids.hpp"
#include "agent/lwm2m/codec/codec.hpp"

namespace causeway::lwm2m {

using api::Request;
using api::Response;
using base::Duration;
using base::Error;
using base::ErrorKind;
using base::Expected;
using std::chrono::duration_cast;
using std::chrono::seconds;

namespace {

// Whatever goes wrong, and however short a server sets its timers, nothing repeats faster.
constexpr seconds shortestWait{1};
// After a lost session thousands of devices come back: each somewhere in this window.
constexpr seconds reconnectWindow{5};

} // namespace

Registration::Registration(const Identity& identity,
                           ServerAccount& account,
                           api::Transport& transport,
                           base::Scheduler& scheduler,
                           RegistrationListener& listener)
    : identity_(identity)
    , account_(account)
    , scheduler_(scheduler)
    , listener_(listener)
    , timer_(scheduler, [this] { raise(Event::TimerDue); })
    , session_(identity, account.settings, transport, scheduler, *this)
{
    account_.version = configuredVersion(account_.settings);
}

Registration::~Registration() = default;

void Registration::start(Duration delay)
{
    startDelay_ = delay;
    raise(isDisabled() ? Event::StayAway : Event::Start);
}

bool Registration::isDisabled() const
{
    return account_.disabledUntil && *account_.disabledUntil > scheduler_.wallNow();
}

void Registration::queue()
{
    raise(Event::Queue);
}

void Registration::stop(Duration limit, base::Task done)
{
    stopped_ = std::move(done);
    if (state_ == State::Off)
        rest();
    else
        raise(Event::Stop);
    if (state_ == State::Leaving)
        timer_.start(limit);
}

void Registration::announceChanges()
{
    if (hasUnsentChanges())
        raise(Event::Changed);
}

void Registration::updateNow()
{
    raise(Event::OperatorAsked);
}

void Registration::onCredentialChanged()
{
    retries_.reset();
    raise(Event::CredentialChanged);
}

bool Registration::wake()
{
    if (state_ == State::Registered && !isAwake())
        raise(Event::Changed);
    return isRegistered() && !isWaking_;
}

void Registration::notify(const api::Token& token,
                          Response response,
                          bool isConfirmable,
                          api::Session::DeliveryDone done)
{
    if (!session_.isOpen() || !isRegistered())
        return;
    ++counts_.notifications;
    exchangedAt_ = scheduler_.now();
    session_.get().notify(token, std::move(response), isConfirmable, std::move(done));
}

void Registration::request(Request request, api::Session::ResponseDone done)
{
    if (session_.isOpen() && isRegistered()) {
        std::ignore = wake(); // the Update goes first, one request at a time
        exchangedAt_ = scheduler_.now();
        session_.get().request(std::move(request), std::move(done));
    } else
        done(base::fail(ErrorKind::Unreachable,
                        "not registered with " + account_.settings.name,
                        base::Retry::Later));
}

void Registration::raise(Event event)
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
void Registration::onConnected(const api::ChannelFacts& facts)
{
    ++counts_.sessions;
    session_.noteChannel(facts);
    // By TCP the server's observations ended with the connection (RFC 8323 §7.4).
    const bool goesOn = facts.isResumed && !facts.isReliable;
    const bool isStillRegistered = goesOn && !location_.empty() && !hasExpired();
    raise(isStillRegistered ? Event::Resumed : Event::Connected);
}

void Registration::onAlert(std::uint8_t alert)
{
    account_.lastAlert = alert;
}

void Registration::onClosed(const Error& reason)
{
    // The request that waited has failed first, and with it this attempt.
    if (session_.isOpen())
        fail(reason);
}

void Registration::onRequest(Request request, api::Respond respond)
{
    ++counts_.requests;
    exchangedAt_ = scheduler_.now();
    listener_.onRequest(std::move(request), std::move(respond));
}

void Registration::onReset(const api::Token& token)
{
    listener_.onReset(token);
}

// One failure of whatever was going on: notes it, ends the session, and says what comes next.
void Registration::fail(const Error& error)
{
    // A server may take up a session and yet not know any more who that is.
    if (state_ != State::Registered && session_.isResumed())
        mayResume_ = false;
    retireSession();
    if (state_ == State::Disabling || state_ == State::Leaving) {
        raise(Event::Done);
        return;
    }
    ++counts_.failures;
    noteError(error.message);
    raise(countFailure(error));
}

Registration::Event Registration::countFailure(const Error& error)
{
    if (state_ == State::Connecting && error.kind == ErrorKind::Locked)
        return Event::KeysLocked;
    if (isRegistered() && isSettled()) {
        retries_.reset();
        return Event::Lost;
    }
    return retries_.countFailure(account_.settings) ? Event::AttemptFailed : Event::GaveUp;
}

// Actions.

// Nothing to do but to be told of: the order begins it.
void Registration::waitForOthers() {}

void Registration::waitForKeys()
{
    logTrouble("waiting for the key store");
}

void Registration::rest()
{
    retireSession();
    location_.clear();
    if (stopped_)
        scheduler_.post(std::move(stopped_));
    stopped_ = nullptr;
}

void Registration::waitForTurn()
{
    waitFor(startDelay_);
}

void Registration::connect()
{
    session_.open(mayResume_);
}

void Registration::startOver()
{
    retries_.reset();
    connect();
}

void Registration::reconnect()
{
    retireSession();
    location_.clear(); // a registration belongs to the identity that made it
    connect();
}

void Registration::sendRegister()
{
    location_.clear();
    hasUpdatedSinceRegister_ = false;
    const std::string links = listener_.objectLinks(version());
    rememberSent(links);
    ask(registerRequest(identity_, account_, links), &Registration::onRegisterAnswer);
}

void Registration::sendUpdate()
{
    if (hasExpired()) { // LwM2M Core §6.2.2: an Update is not sufficient any more
        raise(Event::Forgotten);
        return;
    }
    Request request;
    request.method = api::Method::Post;
    request.path = location_;
    isWaking_ = !isAwake();
    if (sentLifetime_ != lifetimeToTell(account_))
        request.query.push_back(fmt::format("lt={}", lifetimeToTell(account_).count()));
    if (sentQueueMode_ != account_.settings.queueMode) // only 1.0 can say so in an Update
        request.query.emplace_back(bindingOf(account_.settings, version()));
    const std::string links = listener_.objectLinks(version());
    if (sentLinksHash_ != std::hash<std::string>{}(links)) {
        request.contentFormat = linkFormat;
        request.payload = base::toBytes(links);
    }
    rememberSent(links);
    ask(std::move(request), &Registration::onUpdateAnswer);
}

void Registration::sendDeregister()
{
    Request request;
    request.method = api::Method::Delete;
    request.path = location_;
    ask(std::move(request), &Registration::onDeregisterAnswer);
}

void Registration::becomeRegistered()
{
    isWaking_ = false;
    mayResume_ = true;
    isInTrouble_ = false;
    registeredAt_ = scheduler_.now();
    registeredAtWall_ = scheduler_.wallNow();
    ++counts_.registrations;
    log::info("{DEVICE}: registered with {SERVER}, lifetime {LIFETIME} s",
              "DEVICE",
              identity_.logName,
              "SERVER",
              account_.settings.name,
              "LIFETIME",
              sentLifetime_.count(),
              "MESSAGE_ID",
              log::registeredId);
    scheduleUpdate();
    listener_.onRegistered(true);
}

void Registration::becomeUpdated()
{
    ++counts_.updates;
    isWaking_ = false;
    isInTrouble_ = false;
    hasUpdatedSinceRegister_ = true;
    retries_.reset();
    scheduleUpdate();
    listener_.onRegistered(false);
}

void Registration::waitForRetry()
{
    retireSession();
    waitFor(spreadOut(retries_.wait(account_.settings)));
}

// Devices that lost the same server must not come back in the same instant.
void Registration::waitToReconnect()
{
    retireSession();
    const auto part = std::hash<std::string>{}(identity_.endpointName) % 1000;
    waitFor(shortestWait + Duration(reconnectWindow) * part / 1000);
}

void Registration::waitLong()
{
    retireSession();
    isErrorUnlogged_ = false; // the line below says it
    waitFor(spreadOut(retries_.pause(account_.settings)));
    log::warning("{DEVICE}: no registration with {SERVER}: {ERROR}, trying again in {WAIT} s",
                 "DEVICE",
                 identity_.logName,
                 "SERVER",
                 account_.settings.name,
                 "ERROR",
                 lastError_,
                 "WAIT",
                 duration_cast<seconds>(timer_.due() - scheduler_.now()).count(),
                 "MESSAGE_ID",
                 log::notRegisteredId);
    listener_.onGaveUp();
}

void Registration::waitOutSilence()
{
    retireSession();
    location_.clear();
    const auto silence = std::max<seconds>(account_.settings.disableTimeout, shortestWait);
    account_.disabledUntil = scheduler_.wallNow() + silence;
    listener_.onDisabledUntilChanged();
    waitFor(silence);
}

// However the clock was set meanwhile, no longer than the server wanted it.
void Registration::goOnWithSilence()
{
    const Duration left = *account_.disabledUntil - scheduler_.wallNow();
    waitFor(std::clamp<Duration>(
        left, shortestWait, std::max<seconds>(account_.settings.disableTimeout, shortestWait)));
}

void Registration::endSilence()
{
    account_.disabledUntil.reset();
    listener_.onDisabledUntilChanged();
    startOver();
}

void Registration::retireSession()
{
    if (session_.isOpen())
        listener_.onSessionEnded();
    session_.close();
}

void Registration::noteError(const std::string& sentence)
{
    isErrorUnlogged_ = isErrorUnlogged_ || sentence != lastError_ || !isInTrouble_;
    isInTrouble_ = true;
    lastError_ = sentence;
    lastErrorAt_ = scheduler_.wallNow();
}

// Once per trouble and kind of error: a server that is down for days is no reason to fill the
// journal.
void Registration::logTrouble(const std::string& whatNext)
{
    if (!std::exchange(isErrorUnlogged_, false))
        return;
    log::warning("{DEVICE}: {SERVER}: {ERROR}, {NEXT}",
                 "DEVICE",
                 identity_.logName,
                 "SERVER",
                 account_.settings.name,
                 "ERROR",
                 lastError_,
                 "NEXT",
                 whatNext);
}

void Registration::waitFor(Duration delay)
{
    nextAttemptAt_ = scheduler_.wallNow() + delay;
    timer_.start(delay);
    logTrouble(fmt::format("trying again in {} s", duration_cast<seconds>(delay).count()));
}

void Registration::scheduleUpdate()
{
    const auto wait = hasUnsentChanges() ? std::optional<Duration>(shortestWait)
                                         : longestWithoutUpdate(sentLifetime_);
    timer_.stop();
    if (wait)
        timer_.start(std::max<Duration>(*wait, shortestWait));
}

void Registration::rememberSent(const std::string& links)
{
    sentLifetime_ = lifetimeToTell(account_);
    sentQueueMode_ = account_.settings.queueMode;
    sentLinksHash_ = std::hash<std::string>{}(links);
}

bool Registration::hasUnsentChanges() const
{
    return sentLifetime_ != lifetimeToTell(account_) ||
           sentQueueMode_ != account_.settings.queueMode ||
           sentLinksHash_ != std::hash<std::string>{}(listener_.objectLinks(version()));
}

// LwM2M Transport §6.5: the time runs anew with each message, sent or received.
bool Registration::isAwake() const
{
    if (!account_.settings.queueMode)
        return true;
    const auto last = std::max(exchangedAt_, session_.lastHeardAt());
    return scheduler_.now() - last < account_.settings.awakeTime;
}

bool Registration::hasExpired() const
{
    return sentLifetime_ > seconds(0) && scheduler_.now() - acceptedAt_ >= sentLifetime_;
}

// A server that registers us and then drops the session has not served us: that counts as a
// failed attempt, or we would register in a circle.
bool Registration::isSettled() const
{
    return hasUpdatedSinceRegister_ ||
           isService(account_.settings, scheduler_.now() - registeredAt_);
}

// Each attempt has its own share.
Duration Registration::spreadOut(Duration delay) const
{
    return spread(
        delay,
        fmt::format("{}/{}/{}", identity_.endpointName, account_.settings.name, counts_.failures));
}

} // namespace causeway::lwm2m
