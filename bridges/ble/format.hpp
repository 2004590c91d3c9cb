// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "bridges/ble/gatt_format.hpp"
#include "bridges/modbus/point.hpp"

/// Where values are in what a Bluetooth device advertises, or in its characteristics: the words of
/// a profile.
namespace causeway::bridges::ble {

/// One place where a value may be in a payload.
struct Place
{
    std::optional<std::uint16_t> object; ///< of a TLV payload; else the whole payload counts
    std::uint8_t occurrence = 0;         ///< the how manieth such object, from 0
    std::uint16_t at = 0;                ///< octets before the value
    std::uint16_t octets = 1;
    bool isBigEndian = false;
};

/// An octet elsewhere in the payload, or in the object, or bits of it, that say whether a value is
/// there, is any, or is below zero.
struct Flag
{
    std::uint16_t at = 0;
    std::uint8_t mask = 1;
    std::uint8_t wanted = 1; ///< of the bits in `mask`
};

/// One value: its octets, in order, are the registers of `point`.
struct Field
{
    Place place;
    std::optional<Flag> when;
    std::optional<Flag> invalid;  ///< the device measured nothing that counts
    std::optional<Flag> negative; ///< where the sign of the whole sum is
    std::vector<Field> plus;      ///< added to the value: a fraction that has octets of its own
    /// What the sum, with its sign, becomes: its offset, its unit and its range. There when it has
    /// a sign or parts; its words are those of a double.
    std::optional<modbus::Point> whole;
    /// Govee keeps two values in one number: what is left of a division, and its result.
    std::uint32_t modulo = 0; ///< 0: all of it
    std::uint32_t divide = 1;
    std::vector<std::uint64_t> sentinels; ///< of the number before it is divided
    modbus::Point point;
};

/// What stands behind one Resource: the strength of the signal, or the first of the fields that
/// the payload has.
struct Source
{
    bool isSignalStrength = false;
    std::vector<Field> fields;
    std::optional<Reading> reading; ///< of a device that is connected
    std::optional<CharacteristicName> written =
        {}; ///< where a write goes, when not where it is read
    /// What is told is an event: so long it is told as a state, which then is false, or 0. 0: it is
    /// a state, which lasts until another one is told.
    std::chrono::milliseconds lasts{0};
    bool isCounted = false; ///< what is told is an event: the Resource has the sum of them
};

/// What makes two payloads the same measurement, heard twice.
struct Counter
{
    std::optional<std::uint16_t> object;
    std::uint16_t at = 0;
    std::uint16_t octets = 1;
};

/// Object identifier, value, and so on.
struct TlvLayout
{
    std::uint16_t first = 0;           ///< octets before the first object
    std::uint8_t identifierOctets = 1; ///< or 2, the lower first
    /// Of each object's value; 0: an octet before the value says how long it is.
    std::map<std::uint16_t, std::uint8_t> lengths;
    /// BTHome's commands: the lower five bits of an octet say how many arguments follow the next
    /// one.
    std::set<std::uint16_t> commands;
    bool countsOthers = false; ///< objects that are not in `lengths` say it by an octet, too
};

enum class Encryption : std::uint8_t {
    None,
    BthomeV2, ///< bthome.io/encryption: AES-128-CCM, when the first octet says so
    MiBeacon, ///< Xiaomi's, versions 4 and 5: AES-128-CCM
    Pvvx,     ///< of the ATC firmware's custom formats: AES-128-CCM
};

/// What the payload of a device model looks like and in which part of an advertisement it is.
struct AdvertisementFormat
{
    std::optional<std::uint16_t> company; ///< manufacturer-specific data of this company, or
    std::string service;                  ///< service data of this canonicalUuid()
    std::vector<std::uint16_t> lengths;   ///< the payload has one of these; empty: any
    base::Bytes prefix;                   ///< it begins with these
    std::string namePrefix;               ///< a device that tells its name begins it like this
    std::optional<Counter> counter;
    std::optional<TlvLayout> tlv;
    Encryption encryption = Encryption::None;
    /// The payload is in the advertisement itself, not in what the device answers a scan with.
    bool isHeardPassively = false;
    /// Silence after which the device counts as gone; learnt from its own rhythm when not given.
    std::optional<std::chrono::milliseconds> lostAfter;
};

} // namespace causeway::bridges::ble
