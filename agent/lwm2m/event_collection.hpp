// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "agent/base/bytes.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::lwm2m {

/// LwM2M Event Log, LogClass; Generic is all of them.
enum class LogClass : std::uint8_t { Generic = 0, System = 1, Security = 2, Event = 3 };

/// The newest events, one line of text each, in a bounded memory that forgets the oldest: what
/// Object 20 collects. Main thread.
class EventCollection
{
public:
    /// Also in base64 within the 8,192 octets that servers on Californium take of a Read.
    static constexpr std::size_t mostOctets = 4096;

    /// Kept when it runs and the class is wanted. Says whether it was.
    bool add(LogClass of, base::WallTime at, const std::string& text);

    /// Empties it unless `extends`.
    void start(bool extends);
    void stop(bool empties);

    /// What is collected from now on.
    void setWanted(LogClass wanted) { wanted_ = wanted; }

    [[nodiscard]] LogClass wanted() const { return wanted_; }

    [[nodiscard]] bool isRunning() const { return isRunning_; }

    [[nodiscard]] bool isEmpty() const { return lines_.empty(); }

    /// "2026-11-23T06:45:00Z meter-1: no answer…" and a line feed each, oldest first.
    [[nodiscard]] base::Bytes data() const;

private:
    void clear();

    std::deque<std::string> lines_;
    std::size_t octets_ = 0;
    LogClass wanted_ = LogClass::Generic;
    bool isRunning_ = true;
};

} // namespace causeway::lwm2m
