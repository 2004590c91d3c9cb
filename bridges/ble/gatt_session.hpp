// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "bridges/ble/gatt_radio.hpp"
#include "bridges/ble/gatt_values.hpp"
#include "bridges/ble/news.hpp"

namespace causeway::bridges::ble {

/// What one connection is used for: writes what the profile wants first, has values notified, and
/// reads the others in their time; one request is under way at a time, each with a time limit. A
/// new connection has a new session, so that nothing of an old one is left. Lives on the radio's
/// thread.
class GattSession
{
public:
    using ReadDone = base::UniqueFunction<void(base::Expected<model::Sample>)>;
    using WriteDone = base::UniqueFunction<void(base::Expected<void>)>;

    /// Who has the session; it may let it go in onFailed() and nowhere else.
    class Listener
    {
    public:
        virtual ~Listener() = default;
        /// Once, after all that the profile wants first.
        virtual void onPrepared() = 0;
        virtual void onValues(News news) = 0;
        /// Nothing that it tells can be understood; the sentence says why.
        virtual void onUseless(const std::string& reason) = 0;
        /// The connection is of no use any more.
        virtual void onFailed(const base::Error& error) = 0;
    };

    /// What a session works with; all of it outlives it.
    struct Site
    {
        base::Scheduler& scheduler;
        GattRadio& radio;
        Listener& listener;
        const std::vector<ReadingPlan>& plans;
        const GattFormat& format;
        std::map<std::string, std::uint64_t>& counters;
    };

    explicit GattSession(const Site& site);
    ~GattSession();
    GattSession(const GattSession&) = delete;
    GattSession& operator=(const GattSession&) = delete;

    /// NotSupported when the peripheral lacks what the profile wants.
    [[nodiscard]] base::Expected<void> start(const std::vector<Characteristic>& has);

    void onValueNotification(const std::string& handle, base::ByteView octets);
    /// They are asked for again; who ends them again and again is of no use.
    void onNotificationsEnded(const std::string& handle);

    /// Another one may have come in its place: only a new session finds it.
    void onCharacteristicGone(const std::string& handle)
    {
        if (uses(handle))
            site_.listener.onFailed({base::ErrorKind::Unreachable,
                                     "its characteristics have become others",
                                     base::Retry::AfterReconnect});
    }

    /// Callbacks come once, here, also when this goes first.
    void read(const model::Path& path, ReadDone done);
    void write(const model::Path& path, const model::Value& value, WriteDone done);

    /// What is waiting is told this when the session goes.
    void setEnd(base::Error error) { end_ = std::move(error); }

    [[nodiscard]] bool isPrepared() const { return isPrepared_; }

    /// Nothing is under way, and nothing can come without being asked for.
    [[nodiscard]] bool isAtRest() const;

    /// Values are read, notified or written by this characteristic.
    [[nodiscard]] bool uses(const std::string& handle) const
    {
        const auto isIt = [&](const auto& one) {
            return one.second == handle;
        };
        return std::ranges::find(places_, handle, &Place::handle) != places_.end() ||
               std::ranges::any_of(targets_, isIt);
    }

    /// One of these values is notified.
    [[nodiscard]] bool tells(const News& news) const;

    /// Of what this peripheral has something is notified, and nothing is read now and then.
    [[nodiscard]] bool onlyTells() const;

private:
    /// One request to the peripheral.
    struct Step
    {
        /// Fetch: what a part is written into.
        enum class Kind : std::uint8_t { Setup, Notify, Read, Fetch, Write, ReadBack };

        Kind kind = Kind::Read;
        std::string handle;
        std::size_t plan = 0;
        base::Bytes octets; ///< of a Setup, a Write and a ReadBack
        model::Path path;   ///< of what somebody waits for
        ReadDone readDone;
        WriteDone writeDone;
        model::Value value; ///< that is written

        void answer(const base::Error& error);
        /// What it means to who waits that it was sent and this became of it.
        [[nodiscard]] base::Error afterSending(const base::Error& error) const;
    };

    [[nodiscard]] base::Expected<void> findHandles(const std::vector<Characteristic>& has);
    [[nodiscard]] base::Expected<void> findTargets(const ReadingPlan& plan,
                                                   const std::vector<Characteristic>& has);
    [[nodiscard]] base::Expected<void> planSetup(const std::vector<Characteristic>& has);
    void planValues();
    void takeNextStep();
    void send(const Step& step);
    void onStepDone(base::Expected<base::Bytes> result);
    void endRead(Step step, const base::Expected<base::Bytes>& result);
    void endFetch(Step step, const base::Expected<base::Bytes>& result);
    [[nodiscard]] const Source& sourceOf(const Step& step) const;
    void endWrite(Step step, const base::Expected<base::Bytes>& result);
    void endReadBack(Step step, const base::Expected<base::Bytes>& result);
    void takeOctets(std::size_t plan, base::ByteView octets);
    void noteFault(std::size_t plan, const base::Error& error);
    void forget(std::size_t plan);
    void tell();
    void prepared();
    [[nodiscard]] std::optional<model::Sample> newest(const model::Path& path) const;
    [[nodiscard]] std::optional<std::size_t> planOf(const model::Path& path) const;
    [[nodiscard]] base::Duration periodOf(std::size_t plan) const;
    [[nodiscard]] bool isPolled(std::size_t plan) const;
    void endNotify(std::size_t plan, const base::Error& error);
    void pollWhatIsDue();
    void startPollTimer();

    /// A plan's characteristic in this peripheral.
    struct Place
    {
        std::string handle; ///< empty: this one does not have it
        bool canRead = false;
        bool isNotified = false;
        base::TimePoint due = base::TimePoint::max(); ///< of one that is polled
        std::string fault;                            ///< what is wrong with its last value
    };

    Site site_;
    std::vector<Place> places_;                  ///< of the plans
    std::map<model::Path, std::string> targets_; ///< handles of what is written elsewhere
    std::deque<Step> steps_;                     ///< the first is under way when isBusy_
    bool isBusy_ = false;
    bool isPrepared_ = false;
    std::uint32_t endings_ = 0;    ///< of notifications
    std::uint64_t stepNumber_ = 0; ///< an answer to another is one that came too late
    News pending_;
    std::map<model::Path, model::Sample> newest_;
    base::Error end_;
    base::Timer limit_;
    base::Timer poll_;
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::ble
