// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/peripheral.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace causeway::bridges::ble {

using namespace std::chrono_literals;
using base::ErrorKind;
using base::Expected;
using base::Retry;

namespace {

/// Who advertises every ten seconds is connected in the second or third attempt of the controller;
/// then its whole attribute table is read, some hundred exchanges.
constexpr base::Duration connectLimit = 45s;
/// bluetoothd 5.66 closes a connection 2 s after Disconnect, and answers Connect by success
/// meanwhile (DISCONNECT_TIMER in src/device.c).
constexpr base::Duration closingLimit = 5s;
/// bluetoothd waits 60 s for its agent (REQUEST_TIMEOUT in src/agent.c), and the peripheral 30 s
/// for each step (Core 5.4 Vol 3 Part H §3.4).
constexpr base::Duration bondingLimit = 75s;
constexpr base::Duration shortestRest = 1s;
constexpr base::Duration longestRest = 5min;
/// 1 s to 256 s, then longestRest.
constexpr std::uint32_t mostDoublings = 8;
/// The adapter has no room now; another connection has to end first.
constexpr base::Duration crowdedRest = 4s;
/// What a person has to mend is not mended sooner.
constexpr base::Duration refusalRest = 10min;
/// A connection that held so long was no accident.
constexpr base::Duration stableAfter = 60s;
/// Who is heard again after so much silence has been away, and is here now.
constexpr base::Duration absentSilence = 30s;
/// Who needs its slot only now and then looks so often whether another one wants it.
constexpr base::Duration yieldPause = 5s;
/// Of notifications that come faster the newest values are told.
constexpr base::Duration reportPause = 100ms;

bool needsPerson(const base::Error& error)
{
    return error.kind == ErrorKind::Refused || error.kind == ErrorKind::NotSupported;
}

} // namespace

Peripheral::Peripheral(const Site& site, Settings settings, Sensor::Report report)
    : site_(site)
    , settings_(std::move(settings))
    , format_(*settings_.profile->gatt)
    , report_(std::move(report))
    , plans_(readingPlans(*settings_.profile))
    , missReason_("it has not been heard yet: out of reach, asleep, or not " +
                  settings_.profile->title)
    , limit_(site.scheduler, [this] { onTimeLimit(); })
    , absence_(site.scheduler, [this] { onSilence(); })
    , yield_(site.scheduler, [this] { yieldSlot(); })
    , flush_(site.scheduler, [this] { flush(); })
{
    if (settings_.pollPeriod) {
        format_.fastPeriod = *settings_.pollPeriod;
        format_.slowPeriod = std::max(format_.slowPeriod, format_.fastPeriod);
    }
}

Peripheral::~Peripheral()
{
    letGo();
    site_.slots.release(site_.number);
}

void Peripheral::start(const std::string& radioReason)
{
    isStarted_ = true;
    radioReason_ = radioReason;
    absence_.start(format_.lostAfter);
    want();
    if (!radioReason_.empty())
        becomeUnavailable(radioReason_);
}

void Peripheral::onRadio(const std::string& reason)
{
    radioReason_ = reason;
    if (!isStarted_)
        return;
    // What is connected stays so while nobody listens for others. And the radio is no reason any
    // more once it is back.
    if (isAvailable_ == false || (!reason.empty() && !isAvailable_))
        becomeUnavailable(why());
    want();
}

void Peripheral::onHeard(std::optional<std::int16_t> rssi)
{
    const auto now = site_.scheduler.now();
    const bool wasAway = !heardAt_ || now >= *heardAt_ + absentSilence;
    heardAt_ = now;
    rssi_ = rssi ? rssi : rssi_;
    if (stage_ == Stage::Resting && wasAway && failures_ > 0 && !isRefused_)
        return beginAnew();
    want();
}

void Peripheral::beginAnew()
{
    failures_ = 0;
    isRefused_ = false;
    limit_.stop();
    stage_ = Stage::Idle;
    want();
}

void Peripheral::want()
{
    if (!isStarted_ || stage_ != Stage::Idle)
        return;
    const auto known = site_.radio.peripheral(settings_.address);
    if (!known)
        return; // it will be heard
    stage_ = Stage::Waiting;
    adapter_ = known->adapter;
    site_.slots.ask(adapter_, site_.number, lifetime_.guard([this] { connect(); }));
    if (stage_ == Stage::Waiting)
        miss("it waits for a connection: the adapter has as many as it can bear");
}

void Peripheral::connect()
{
    stage_ = Stage::Connecting;
    ++counters_["connectionAttempts"];
    limit_.start(connectLimit);
    site_.radio.connect(settings_.address,
                        adapter_,
                        lifetime_.guard([this, attempt = ++attempt_](Expected<void> connected) {
                            if (attempt != attempt_ || stage_ != Stage::Connecting)
                                return;
                            if (connected)
                                onChanged();
                            else
                                lose(connected.error().in("it cannot be connected"));
                        }));
}

void Peripheral::onChanged()
{
    const auto known = site_.radio.peripheral(settings_.address);
    const bool isUsable = known && known->isConnected && known->isResolved;
    if (stage_ == Stage::Idle)
        want();
    else if (stage_ == Stage::Connecting && isUsable)
        prepare();
    else if (stage_ == Stage::Closing && !(known && known->isConnected))
        rest();
    else if (stage_ == Stage::Resting && isUsable && !isRefused_)
        onTimeLimit(); // bluetoothd itself connects again whom we have lost
    else if (stage_ == Stage::Connected && !isUsable)
        lose({ErrorKind::Unreachable, "the connection is lost", Retry::AfterReconnect});
    else if ((stage_ == Stage::Waiting || stage_ == Stage::Connecting ||
              stage_ == Stage::Bonding) &&
             !known)
        lose({ErrorKind::Unreachable, "it is not heard any more", Retry::Later});
}

void Peripheral::prepare()
{
    const auto known = site_.radio.peripheral(settings_.address);
    if ((format_.bonds || wantsBond_) && known && !known->isBonded)
        return bond();
    beginSession();
}

/// That the connection is lost meanwhile is told by the answer, with the reason.
void Peripheral::bond()
{
    stage_ = Stage::Bonding;
    isPasskeyWanted_ = false;
    ++counters_["bondings"];
    limit_.start(bondingLimit);
    site_.radio.bond(settings_.address,
                     lifetime_.guard([this, attempt = attempt_](const Expected<void>& bonded) {
                         if (attempt == attempt_ && stage_ == Stage::Bonding)
                             onBonded(bonded);
                     }));
}

void Peripheral::onBonded(const Expected<void>& bonded)
{
    const bool wasAsked = std::exchange(isPasskeyWanted_, false);
    if (bonded)
        return beginSession();
    if (passkey_ && bonded.error().kind == ErrorKind::Refused) {
        passkey_.reset();
        return lose(bonded.error().in("it cannot be bonded; its passkey is another one, or it "
                                      "takes no bond now"));
    }
    if (wasAsked)
        return lose(bonded.error().in("it cannot be bonded without its passkey: read it from the "
                                      "device, and give it by causewayctl device set-passkey"));
    lose(bonded.error().in("it cannot be bonded"));
}

void Peripheral::onPasskeyWanted()
{
    if (stage_ != Stage::Bonding && stage_ != Stage::Connected)
        return;
    isPasskeyWanted_ = true;
    if (passkey_)
        return givePasskey();
    missReason_ = "it wants its passkey: read it from the device, and give it within 30 s by "
                  "causewayctl device set-passkey";
    becomeUnavailable(missReason_);
}

void Peripheral::givePasskey()
{
    site_.radio.answerPasskey(settings_.address, *passkey_);
}

void Peripheral::setPasskey(std::optional<std::uint32_t> passkey)
{
    passkey_ = passkey;
    if (!passkey_)
        return;
    if (isPasskeyWanted_)
        givePasskey();
    else if (stage_ == Stage::Resting && failures_ > 0)
        beginAnew();
    else if (stage_ == Stage::Closing)
        rest_ = {};
}

void Peripheral::beginSession()
{
    stage_ = Stage::Connected;
    limit_.stop();
    connectedAt_ = site_.scheduler.now();
    ++counters_["connections"];
    session_ = std::make_unique<GattSession>(
        GattSession::Site{site_.scheduler, site_.radio, *this, plans_, format_, counters_});
    const auto started = session_->start(site_.radio.characteristics(settings_.address));
    if (!started)
        lose(started.error());
}

void Peripheral::onPrepared()
{
    yield_.start(yieldPause);
    if (isSilent_)
        absence_.start(format_.lostAfter);
}

/// That it can be prepared again does not mean that it tells again.
void Peripheral::onValues(News news)
{
    if (isSilent_ && !session_->tells(news))
        return;
    for (auto& sample : news.samples)
        pending_.know(std::move(sample));
    for (auto& missing : news.missing)
        pending_.miss(std::move(missing));
    becomeAvailable();
    flushSoon();
}

void Peripheral::onUseless(const std::string& reason)
{
    missReason_ = reason;
    becomeUnavailable(reason);
}

/// Who refuses because there is no bond yet gets one on the same connection.
void Peripheral::onFailed(const base::Error& error)
{
    if (error.kind != ErrorKind::NotAuthorized)
        return lose(error);
    const auto known = site_.radio.peripheral(settings_.address);
    if (!known || known->isBonded)
        return lose({ErrorKind::Refused,
                     "it does not accept the bond any more: detach it and attach it again to bond "
                     "it anew",
                     Retry::Never});
    wantsBond_ = true;
    yield_.stop();
    session_->setEnd(error);
    session_.reset();
    bond();
}

void Peripheral::onValueNotification(const std::string& handle, base::ByteView octets)
{
    if (!session_)
        return;
    if (session_->uses(handle) && std::exchange(isSilent_, false))
        failures_ = 0;
    session_->onValueNotification(handle, octets);
}

void Peripheral::read(const model::Path& path, GattSession::ReadDone done)
{
    if (session_ && session_->isPrepared())
        return session_->read(path, std::move(done));
    done(tl::unexpected(away()));
}

void Peripheral::write(const model::Path& path,
                       const model::Value& value,
                       GattSession::WriteDone done)
{
    if (session_ && session_->isPrepared())
        return session_->write(path, value, std::move(done));
    done(tl::unexpected(away()));
}

/// Who asks one that has lent its slot is told to ask again, and brings it back.
base::Error Peripheral::away()
{
    base::Error error{ErrorKind::Unreachable, why(), Retry::Later};
    if (stage_ == Stage::Resting && isLent_)
        onTimeLimit();
    else if (stage_ == Stage::Closing && isLent_)
        rest_ = {};
    return error;
}

void Peripheral::onTimeLimit()
{
    if (stage_ == Stage::Resting) {
        limit_.stop();
        isLent_ = false;
        stage_ = Stage::Idle;
        return want();
    }
    if (stage_ == Stage::Closing)
        return rest();
    lose({ErrorKind::Timeout,
          stage_ == Stage::Bonding ? "it was not bonded in time" : "it was not connected in time",
          Retry::AfterReconnect});
}

/// Who is only asked now and then leaves its slot to who waits for one.
void Peripheral::yieldSlot()
{
    if (!session_)
        return;
    if (!session_->isAtRest() || !site_.slots.isWanted(adapter_))
        return yield_.start(yieldPause);
    ++counters_["yields"];
    missReason_ = "others have their turn with the adapter; it is connected again in a moment";
    failures_ = 0;
    isLent_ = true;
    close(format_.fastPeriod);
}

base::Duration Peripheral::pauseAfter(const base::Error& error) const
{
    if (needsPerson(error))
        return refusalRest;
    const auto first = error.kind == ErrorKind::LimitExceeded ? crowdedRest : shortestRest;
    const auto doublings = std::min(failures_, mostDoublings);
    return std::min<base::Duration>(first * (1U << doublings), longestRest);
}

void Peripheral::lose(const base::Error& error)
{
    const bool wasConnected = stage_ == Stage::Connected;
    counters_[wasConnected ? "losses" : "failedAttempts"] += 1;
    if (wasConnected && !isSilent_ && site_.scheduler.now() > connectedAt_ + stableAfter)
        failures_ = 0;
    // bluetoothd has gone, or its adapter: no fault of the device.
    if (!site_.radio.peripheral(settings_.address))
        failures_ = 0;
    const base::Error told = error; // its own may go with the session
    if (session_)
        session_->setEnd(told);
    isRefused_ = needsPerson(told);
    close(pauseAfter(told));
    ++failures_;
    miss(told.message);
}

/// Rests so long once the connection is closed; until then the slot is not free.
void Peripheral::close(base::Duration rest)
{
    letGo();
    rest_ = rest;
    limit_.start(closingLimit);
    onChanged();
}

void Peripheral::rest()
{
    stage_ = Stage::Resting;
    limit_.start(rest_);
    site_.slots.release(site_.number);
}

/// No more requests, no connection.
void Peripheral::letGo()
{
    ++attempt_;
    limit_.stop();
    yield_.stop();
    const bool hadConnection =
        stage_ == Stage::Connecting || stage_ == Stage::Bonding || stage_ == Stage::Connected;
    isPasskeyWanted_ = false;
    stage_ = Stage::Closing;
    session_.reset();
    if (hadConnection) {
        heardAt_ = site_.scheduler.now(); // who is connected does not advertise
        site_.radio.disconnect(settings_.address);
    }
}

const std::string& Peripheral::why() const
{
    return radioReason_.empty() ? missReason_ : radioReason_;
}

/// Told at once when that is known to be so, else when it stays away.
void Peripheral::miss(const std::string& reason)
{
    missReason_ = reason;
    if (isAvailable_ == false || isRefused_)
        becomeUnavailable(why());
    else if (!absence_.isRunning())
        absence_.start(format_.lostAfter);
    flushSoon();
}

void Peripheral::onSilence()
{
    if (stage_ == Stage::Connected)
        missReason_ = "it is connected, but tells nothing";
    becomeUnavailable(why());
    if (!session_ || !session_->isPrepared() || !session_->onlyTells())
        return;
    isSilent_ = true;
    lose({ErrorKind::Unreachable, missReason_, Retry::AfterReconnect});
}

void Peripheral::becomeAvailable()
{
    absence_.stop();
    if (session_ && session_->onlyTells()) // it may be connected and silent
        absence_.start(format_.lostAfter);
    isRefused_ = false;
    if (rssi_) {
        for (const ResourceMapping& mapping : settings_.profile->mappings) {
            if (mapping.source && mapping.source->isSignalStrength)
                pending_.know({mapping.resource.path,
                               model::Value(std::int64_t{*rssi_}),
                               site_.scheduler.wallNow()});
        }
        rssi_.reset();
    }
    if (isAvailable_ == true)
        return;
    isAvailable_ = true;
    toldReason_.clear();
    pending_.availability = SensorReport::Availability{true, {}};
    flush();
}

void Peripheral::becomeUnavailable(const std::string& reason)
{
    absence_.stop();
    if (isAvailable_ == false && toldReason_ == reason)
        return flushSoon();
    isAvailable_ = false;
    toldReason_ = reason;
    pending_.samples.clear();
    pending_.missing.clear();
    pending_.availability = SensorReport::Availability{false, reason};
    flush();
}

void Peripheral::flushSoon()
{
    const auto now = site_.scheduler.now();
    if (!flushedAt_ || now >= *flushedAt_ + reportPause)
        flush();
    else if (!flush_.isRunning())
        flush_.startAt(*flushedAt_ + reportPause);
}

void Peripheral::flush()
{
    flush_.stop();
    flushedAt_ = site_.scheduler.now();
    pending_.counters = counters_;
    report_(std::exchange(pending_, {}));
}

} // namespace causeway::bridges::ble
