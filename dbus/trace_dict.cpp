// SPDX-License-Identifier: Apache-2.0
#include "dbus/trace_dict.hpp"

#include <string>

namespace causeway::dbus {

using api::TracedFrame;

namespace {

Dictionary toDictionary(const TracedFrame& frame)
{
    const bool isSent = frame.direction == TracedFrame::Direction::Sent;
    Dictionary dictionary{
        {"at", sdbus::Variant(toMicroseconds(frame.at))},
        {"direction", sdbus::Variant(std::string(isSent ? "sent" : "received"))},
        {"octets", sdbus::Variant(frame.octets)},
        {"text", sdbus::Variant(frame.text)},
    };
    if (frame.unitId)
        dictionary.emplace("unit", sdbus::Variant(*frame.unitId));
    return dictionary;
}

} // namespace

std::vector<Dictionary> toDictionaries(const std::vector<TracedFrame>& frames)
{
    std::vector<Dictionary> dictionaries;
    dictionaries.reserve(frames.size());
    for (const auto& frame : frames)
        dictionaries.push_back(toDictionary(frame));
    return dictionaries;
}

} // namespace causeway::dbus
