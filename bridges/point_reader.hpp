// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/model/definition.hpp"
#include "bridges/modbus/point.hpp"
#include "bridges/profile_table.hpp"
#include "bridges/profile_words.hpp"

namespace causeway::bridges {

/// What [modbus] says of all values.
struct PointDefaults
{
    Order order;
    Absence absence = Absence::Never;
    std::uint16_t firstAddress = 0; ///< of the manual's counting: 0 or 1
};

/// A text among octets; no characteristic is longer.
constexpr std::int64_t mostTextOctets = 512;

/// Reads the keys of one [[resource]] that say where its value is in the device and how it is
/// written there; complains of what cannot be.
class PointReader
{
public:
    /// Both outlive this.
    PointReader(ProfileTable& table, const PointDefaults& defaults)
        : table_(table)
        , defaults_(defaults)
    {}

    PointReader(ProfileTable&, const PointDefaults&&) = delete;

    /// `units` is what the Resource counts in, when that is known.
    [[nodiscard]] modbus::Point read(const model::ResourceDefinition& definition,
                                     const std::optional<std::string>& units);

    /// The same for a value among octets, whose place somebody else reads: its type, scale and
    /// meaning.
    [[nodiscard]] modbus::Point readField(const model::ResourceDefinition& definition,
                                          const std::optional<std::string>& units);

    /// After read().
    [[nodiscard]] bool allowsServerWrites() const { return allowsServerWrites_; }

    /// After reading: from the device's unit to the Resource's; in the point's scale already.
    [[nodiscard]] double unitFactor() const { return unitFactor_; }

private:
    void readPlace();
    void readEncoding(const std::optional<std::string>& units);
    void readType();
    void readOrder();
    void readBits();
    void readText();
    void readFactors();
    void readParts();
    [[nodiscard]] modbus::Part readPart(std::optional<modbus::RegisterTable> table);
    void readNumber(const std::optional<std::string>& units);
    void readScale(const std::optional<std::string>& units);
    void readAbsence();
    void readMeanings();
    void readOtherMeaning();
    void readWrite(ProfileTable inner);
    void readWriteLimits(ProfileTable& inner, modbus::WriteRule& rule);
    void readUnreadable();
    void readExecute();
    void readToggle();

    void checkEncoding();
    void checkParts();
    void checkWrite(ProfileTable& inner, const modbus::WriteRule& rule);
    void checkPulse(ProfileTable& inner) const;
    void checkCanBeWritten(ProfileTable& inner, const modbus::WriteRule& rule) const;
    [[nodiscard]] std::uint16_t address(ProfileTable& table, std::string_view key);

    ProfileTable& table_;
    const PointDefaults& defaults_;
    modbus::Point point_;
    double unitFactor_ = 1.0;
    bool allowsServerWrites_ = false;
};

/// An address as this profile's manual counts; 0 after a complaint.
[[nodiscard]] std::uint16_t
readAddress(ProfileTable& table, std::string_view key, const PointDefaults& defaults);

} // namespace causeway::bridges
