// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "bridges/modbus/point.hpp"

/// What a peripheral is asked for once it is connected: the words of a profile.
namespace causeway::bridges::ble {

/// A characteristic as a profile names it; both are canonicalUuid()s.
struct CharacteristicName
{
    std::string service; ///< empty: whichever service has it
    std::string uuid;
    std::uint8_t occurrence = 0; ///< the how manieth such one, from 0

    auto operator<=>(const CharacteristicName&) const = default;
};

/// How a value comes from a peripheral.
struct Reading
{
    CharacteristicName characteristic;
    bool isNotified = false;   ///< the peripheral tells it by itself
    bool isElsePolled = false; ///< if it can; it is polled if it cannot
    bool isOptional = false;   ///< not every such device has it
    modbus::PollClass poll =
        modbus::PollClass::Fast;        ///< of what must be notified: Once or OnDemand
    std::vector<std::uint16_t> lengths; ///< the value has one of these; empty: any that suffices

    bool operator==(const Reading&) const = default;
};

struct SetupWrite
{
    CharacteristicName characteristic;
    base::Bytes octets;
};

/// How a device of this model wants to be connected.
struct GattFormat
{
    std::string namePrefix;        ///< of such a device's name, to suggest the profile by
    std::string advertises;        ///< canonicalUuid() of a service, for the same
    bool bonds = false;            ///< before anything else; others when they ask for it
    std::vector<SetupWrite> setup; ///< in this order, after each connection
    std::chrono::milliseconds fastPeriod{60'000};
    std::chrono::milliseconds slowPeriod{3'600'000};
    /// How long it may be away before that is told; a connection is lost now and then.
    std::chrono::milliseconds lostAfter{60'000};
};

} // namespace causeway::bridges::ble
