// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/event_collection.hpp"

#include <chrono>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace causeway::lwm2m {

namespace {

// A sentence has some hundred octets; one that tells what a peer has said may have any number.
constexpr std::size_t longestLine = 512;

/// Not in the middle of a character.
std::string shortened(std::string text)
{
    if (text.size() <= longestLine)
        return text;
    std::size_t end = longestLine;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return text.substr(0, end) + "…";
}

} // namespace

bool EventCollection::add(LogClass of, base::WallTime at, const std::string& text)
{
    if (!isRunning_ || (wanted_ != LogClass::Generic && wanted_ != of))
        return false;
    const auto second = std::chrono::floor<std::chrono::seconds>(at);
    auto line = fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {}\n", second, shortened(text));
    octets_ += line.size();
    lines_.push_back(std::move(line));
    while (octets_ > mostOctets) {
        octets_ -= lines_.front().size();
        lines_.pop_front();
    }
    return true;
}

void EventCollection::start(bool extends)
{
    isRunning_ = true;
    if (!extends)
        clear();
}

void EventCollection::stop(bool empties)
{
    isRunning_ = false;
    if (empties)
        clear();
}

base::Bytes EventCollection::data() const
{
    base::Bytes octets;
    octets.reserve(octets_);
    for (const auto& line : lines_)
        octets.insert(octets.end(), line.begin(), line.end());
    return octets;
}

void EventCollection::clear()
{
    lines_.clear();
    octets_ = 0;
}

} // namespace causeway::lwm2m
