// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/sensor.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace causeway::bridges::ble {

using namespace std::chrono_literals;

namespace {

/// A payload without a counter that comes again so soon is the same measurement: devices send each
/// on three channels, and some ten times a second.
constexpr base::Duration repetitionPause = 1s;
/// So long a device may send one encrypted frame again and again until it has measured anew. Who
/// has recorded it can do that for ever.
constexpr base::Duration longestRepetition = 15min;
/// After this long nobody calls it chance that a device was never heard.
constexpr base::Duration firstPatience = 60s;
/// Counters are told this late, or with the availability: to copy them all costs more than a frame.
constexpr base::Duration counterPause = 5s;

double secondsOf(base::Duration duration)
{
    return std::chrono::duration<double>(duration).count();
}

} // namespace

Sensor::Sensor(base::Scheduler& scheduler,
               std::string address,
               std::shared_ptr<const DeviceProfile> profile,
               Report report)
    : scheduler_(scheduler)
    , address_(std::move(address))
    , profile_(std::move(profile))
    , report_(std::move(report))
    , events_(
          scheduler,
          [this](std::size_t source, model::Value rest) { onEventOver(source, std::move(rest)); })
    , silence_(scheduler, [this] { onSilence(); })
    , flush_(scheduler, [this] { flushAll(); })
{
    for (const ResourceMapping& mapping : profile_->mappings) {
        if (!mapping.source)
            continue;
        sources_.push_back(*mapping.source);
        paths_.push_back(mapping.resource.path);
    }
    events_.watch(sources_);
}

void Sensor::start(const std::string& radioReason)
{
    isStarted_ = true;
    silence_.start(profile_->advertisement.lostAfter
                       ? base::Duration(*profile_->advertisement.lostAfter)
                       : firstPatience);
    onRadio(radioReason);
}

void Sensor::setKey(base::Secret key)
{
    key_ = std::move(key);
    sealCounter_.reset();
    counter_.reset();
    lastPayload_.clear();
}

void Sensor::onRadio(const std::string& reason)
{
    const std::string before = std::exchange(radioReason_, reason);
    if (!reason.empty())
        rhythm_.interrupt();
    if (!isStarted_ || isAvailable_ == true)
        return;
    if (!reason.empty())
        becomeUnavailable(reason);
    else if (isAvailable_ == false && toldReason_ == before)
        becomeUnavailable(missReason()); // the radio is none any more
}

void Sensor::onAdvertisement(const Advertisement& advertisement)
{
    if (!isStarted_)
        return;
    const auto payload = payloadIn(profile_->advertisement, advertisement);
    ++counters_[payload ? "frames" : "otherFrames"];
    if (payload)
        takePayload(advertisement, *payload);
    armFlush();
}

void Sensor::takePayload(const Advertisement& advertisement, base::ByteView payload)
{
    auto plain = openPayload(profile_->advertisement, payload, address_, key_.view());
    if (!plain && plain.error().kind == base::ErrorKind::NotFound) {
        ++counters_["emptyFrames"];
        return;
    }
    if (!plain) {
        ++counters_[key_.empty() ? "refusedFrames" : "unauthenticFrames"];
        return complain(plain.error().message);
    }
    if (isReplay(*plain)) {
        ++counters_["replayedFrames"];
        return complain("its frames are old ones sent again, or it has begun to count anew; after "
                        "a new battery set its key again");
    }
    auto frame = decodeFrame(profile_->advertisement, sources_, plain->octets);
    if (!frame) {
        ++counters_["corruptFrames"];
        return complain("its frames make no sense: " + frame.error().message);
    }
    complaint_.clear();
    const bool isKnown = isRepetition(*frame, *plain);
    const bool isNew = !isKnown && !isBurst(*frame, *plain);
    lastHeard_ = scheduler_.now();
    sealCounter_ = plain->sealCounter;
    hear(plain->isTriggered);
    if (isKnown && isAvailable_ == true) {
        ++counters_["repeatedFrames"];
        return;
    }
    counter_ = frame->counter;
    lastPayload_ = std::move(plain->octets);
    lastTaken_ = scheduler_.now();
    events_.take(*frame, isNew);
    takeFrame(*frame, advertisement);
}

bool Sensor::isReplay(const PlainPayload& plain) const
{
    if (!plain.sealCounter || !sealCounter_ || *plain.sealCounter > *sealCounter_)
        return false;
    const bool isRepeated = plain.sealCounter == sealCounter_ && isAvailable_ == true;
    return !isRepeated || scheduler_.now() - lastTaken_ > longestRepetition;
}

bool Sensor::isRepetition(const Frame& frame, const PlainPayload& plain) const
{
    if (plain.sealCounter)
        return plain.sealCounter == sealCounter_;
    const bool isSame = plain.octets == lastPayload_;
    if (frame.counter)
        return frame.counter == counter_ && isSame;
    return isSame && scheduler_.now() - lastTaken_ < repetitionPause;
}

/// Without a counter a press that is sent for longer than the pause is one press, although what
/// else the frame holds is told again.
bool Sensor::isBurst(const Frame& frame, const PlainPayload& plain) const
{
    return !plain.sealCounter && !frame.counter && plain.octets == lastPayload_ &&
           scheduler_.now() - lastHeard_ < repetitionPause;
}

void Sensor::onEventOver(std::size_t source, model::Value rest)
{
    pending_.samples.push_back({paths_[source], std::move(rest), scheduler_.wallNow()});
    ++counters_["samples"];
    flush();
}

void Sensor::takeFrame(const Frame& frame, const Advertisement& advertisement)
{
    const auto now = scheduler_.wallNow();
    for (const auto& [source, value] : frame.values)
        pending_.samples.push_back({paths_[source], value, now});
    for (const auto& [source, why] : frame.missing)
        pending_.missing.push_back({paths_[source], why});
    // Made once: GCC 12 warns falsely of a variant that is made and moved in one go.
    const model::Value strength(std::int64_t{advertisement.rssi.value_or(0)});
    for (std::size_t i = 0; advertisement.rssi && i < sources_.size(); ++i) {
        if (sources_[i].isSignalStrength)
            pending_.samples.push_back({paths_[i], strength, now});
    }
    counters_["samples"] += pending_.samples.size();
    if (!frame.missing.empty())
        counters_["rejectedValues"] += frame.missing.size();
    if (isAvailable_ != true) {
        isAvailable_ = true;
        pending_.availability = SensorReport::Availability{true, {}};
    }
    flush();
}

/// Who sends only when something happens has no rhythm: only its profile can say how long is too
/// long.
void Sensor::hear(bool isTriggered)
{
    wasHeard_ = true;
    rhythm_.hear(scheduler_.now());
    const auto& lostAfter = profile_->advertisement.lostAfter;
    if (isTriggered && !lostAfter)
        silence_.stop();
    else
        silence_.start(lostAfter ? base::Duration(*lostAfter) : rhythm_.patience());
}

void Sensor::complain(const std::string& sentence)
{
    complaint_ = sentence;
    if (isAvailable_ != true)
        becomeUnavailable(sentence);
}

void Sensor::onSilence()
{
    ++counters_["losses"];
    becomeUnavailable(radioReason_.empty() ? missReason() : radioReason_);
}

std::string Sensor::missReason() const
{
    if (!complaint_.empty())
        return complaint_;
    if (!wasHeard_ && counters_.contains("otherFrames"))
        return "it is heard, but nothing that it sends is of " + profile_->title;
    if (!wasHeard_)
        return "it has not been heard yet: out of reach, asleep, or not " + profile_->title;
    const auto interval = rhythm_.interval();
    return interval ? fmt::format("it is not heard any more, and was every {:.1f} s",
                                  secondsOf(*interval))
                    : "it is not heard any more";
}

void Sensor::becomeUnavailable(const std::string& reason)
{
    if (isAvailable_ == false && toldReason_ == reason)
        return;
    isAvailable_ = false;
    toldReason_ = reason;
    pending_.availability = SensorReport::Availability{false, reason};
    flush();
}

void Sensor::armFlush()
{
    if (!flush_.isRunning())
        flush_.start(counterPause);
}

void Sensor::flush()
{
    if (pending_.availability)
        return flushAll();
    report_(std::exchange(pending_, {}));
}

void Sensor::flushAll()
{
    flush_.stop();
    pending_.counters = counters_;
    report_(std::exchange(pending_, {}));
}

} // namespace causeway::bridges::ble
