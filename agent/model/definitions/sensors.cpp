// SPDX-License-Identifier: Apache-2.0
#include "agent/model/definitions/rows.hpp"

namespace causeway::model {

namespace {

// clang-format off

constexpr ResourceRow genericSensor[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5751, "Sensor Type",                       read,      single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow illuminance[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow presence[] = {
    {5500, "Digital Input State",           read,      single, mandatory, ResourceType::Boolean, any,           ""},
    {5501, "Digital Input Counter",         read,      single, optional,  ResourceType::Integer, any,           ""},
    {5505, "Digital Input Counter Reset",   execute,   single, optional,  ResourceType::None,    any,           ""},
    {5518, "Timestamp",                     read,      single, optional,  ResourceType::Time,    any,           ""},
    {5750, "Application Type",              readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5751, "Sensor Type",                   read,      single, optional,  ResourceType::String,  any,           ""},
    {5903, "Busy to Clear delay",           readWrite, single, optional,  ResourceType::Integer, any,           "ms"},
    {5904, "Clear to Busy delay",           readWrite, single, optional,  ResourceType::Integer, any,           "ms"},
    {6042, "Measurement Quality Indicator", read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",     read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",          read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow temperature[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow humidity[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow accelerometer[] = {
    {5518, "Timestamp",                     read,      single, optional,  ResourceType::Time,    any,           ""},
    {5603, "Min Range Value",               read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",               read,      single, optional,  ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                  read,      single, optional,  ResourceType::String,  any,           ""},
    {5702, "X Value",                       read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5703, "Y Value",                       read,      single, optional,  ResourceType::Float,   any,           ""},
    {5704, "Z Value",                       read,      single, optional,  ResourceType::Float,   any,           ""},
    {5750, "Application Type",              readWrite, single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator", read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",     read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",          read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow magnetometer[] = {
    {5518, "Timestamp",                     read,      single, optional,  ResourceType::Time,    any,           ""},
    {5701, "Sensor Units",                  read,      single, optional,  ResourceType::String,  any,           ""},
    {5702, "X Value",                       read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5703, "Y Value",                       read,      single, optional,  ResourceType::Float,   any,           ""},
    {5704, "Z Value",                       read,      single, optional,  ResourceType::Float,   any,           ""},
    {5705, "Compass Direction",             read,      single, optional,  ResourceType::Float,   Range{0, 360}, "deg"},
    {5750, "Application Type",              readWrite, single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator", read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",     read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",          read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow barometer[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow voltage[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow current[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow frequency[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow percentage[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow depth[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow altitude[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow load[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow pressure[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow loudness[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow concentration[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow acidity[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow conductivity[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow distance[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5700, "Sensor Value",                      read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5821, "Current Calibration",               readWrite, single, optional,  ResourceType::Float,   any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow direction[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5705, "Compass Direction",                 read,      single, mandatory, ResourceType::Float,   Range{0, 360}, "deg"},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ObjectRow objects[] = {
    {3300, "Generic Sensor", "1.1", multiple, optional, genericSensor},
    {3301, "Illuminance", "1.1", multiple, optional, illuminance},
    {3302, "Presence", "1.1", multiple, optional, presence},
    {3303, "Temperature", "1.1", multiple, optional, temperature},
    {3304, "Humidity", "1.1", multiple, optional, humidity},
    {3313, "Accelerometer", "1.1", multiple, optional, accelerometer},
    {3314, "Magnetometer", "1.1", multiple, optional, magnetometer},
    {3315, "Barometer", "1.1", multiple, optional, barometer},
    {3316, "Voltage", "1.1", multiple, optional, voltage},
    {3317, "Current", "1.1", multiple, optional, current},
    {3318, "Frequency", "1.1", multiple, optional, frequency},
    {3319, "Depth", "1.1", multiple, optional, depth},
    {3320, "Percentage", "1.1", multiple, optional, percentage},
    {3321, "Altitude", "1.1", multiple, optional, altitude},
    {3322, "Load", "1.1", multiple, optional, load},
    {3323, "Pressure", "1.1", multiple, optional, pressure},
    {3324, "Loudness", "1.1", multiple, optional, loudness},
    {3325, "Concentration", "1.1", multiple, optional, concentration},
    {3326, "Acidity", "1.1", multiple, optional, acidity},
    {3327, "Conductivity", "1.1", multiple, optional, conductivity},
    {3330, "Distance", "1.1", multiple, optional, distance},
    {3332, "Direction", "1.1", multiple, optional, direction},
};
// clang-format on

} // namespace

std::span<const ObjectRow> sensorObjects()
{
    return objects;
}

} // namespace causeway::model
