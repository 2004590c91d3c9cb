// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/model/definition.hpp"
#include "agent/model/sample.hpp"

namespace causeway::api {

/// One Resource that a legacy device has behind its bridge.
struct MappedResource
{
    model::Path path;
    model::Operations operations;    ///< what the bridge can do, at most what the definition allows
    bool allowsServerWrites = false; ///< the profile's half of the permission
    std::optional<model::Value> constant; ///< never read from the device: units, manufacturer
    std::string description;              ///< for people: "input register 0x0000, float32, V"
    bool isPolled = false; ///< asked for again and again: its Sample's age tells something
};

/// What a bridge tells; on the main thread, never from inside a call to the bridge.
class BridgeListener
{
public:
    virtual ~BridgeListener() = default;

    /// Samples of one transaction; each newer than the last of its path.
    virtual void onSamples(std::vector<model::Sample> samples) = 0;

    /// Once when it changes: `reason` is a sentence when the device is gone, empty when it is back.
    /// Again when the reason becomes another one.
    virtual void onAvailability(bool isAvailable, const std::string& reason) = 0;

    /// As onAvailability(false, reason), where what is gone is the line that it shares with others.
    virtual void onLineDown(const std::string& reason) { onAvailability(false, reason); }

    /// As onAvailability(false, reason), of a device that was gone for much the same reason.
    virtual void onStillGone(const std::string& reason) { onAvailability(false, reason); }
};

/// How to talk to one legacy device. Called on the main thread; callbacks come there, later,
/// exactly once, also when the bridge goes first (Cancelled).
class Bridge
{
public:
    virtual ~Bridge() = default;

    using SampleDone = base::UniqueFunction<void(base::Expected<model::Sample>)>;
    using Done = base::UniqueFunction<void(base::Expected<void>)>;

    [[nodiscard]] virtual const std::vector<MappedResource>& resources() const = 0;

    /// Begins to poll. The listener outlives the bridge.
    virtual void start(BridgeListener& listener) = 0;

    /// Asks the device now; the listener does not hear of it. Errors: Timeout or Unreachable
    /// (silence), Refused (the device said no), Corrupt (cannot be right), NotFound (not mapped).
    virtual void read(const model::Path& path, SampleDone done) = 0;

    /// Whether the profile lets this value be written (InvalidArgument, NotFound), as far as that
    /// can be told without the device. Answers at once and does nothing: who writes several values
    /// asks for all of them before the first.
    [[nodiscard]] virtual base::Expected<void> check(const model::Path& path,
                                                     const model::Value& value) const = 0;

    /// Before all polls. The value has passed the Object's definition; what check() says is the
    /// answer here, too. Success means the device confirmed.
    virtual void write(const model::Path& path, const model::Value& value, Done done) = 0;

    virtual void execute(const model::Path& path, const std::string& arguments, Done done) = 0;

    /// Since start: polls, samples, timeouts, corruptAnswers, exceptions, writes, …
    [[nodiscard]] virtual std::map<std::string, std::uint64_t> counters() const = 0;
};

} // namespace causeway::api
