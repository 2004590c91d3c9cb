// SPDX-License-Identifier: Apache-2.0
#include "agent/model/definitions/rows.hpp"

namespace causeway::model {

namespace {

// clang-format off

constexpr ResourceRow digitalInput[] = {
    {5500, "Digital Input State",          read,      single, mandatory, ResourceType::Boolean, any,         ""},
    {5501, "Digital Input Counter",        read,      single, optional,  ResourceType::Integer, any,         ""},
    {5502, "Digital Input Polarity",       readWrite, single, optional,  ResourceType::Boolean, any,         ""},
    {5503, "Digital Input Debounce",       readWrite, single, optional,  ResourceType::Integer, any,         "ms"},
    {5504, "Digital Input Edge Selection", readWrite, single, optional,  ResourceType::Integer, Range{1, 3}, ""},
    {5505, "Digital Input Counter Reset",  execute,   single, optional,  ResourceType::None,    any,         ""},
    {5518, "Timestamp",                    read,      single, optional,  ResourceType::Time,    any,         ""},
    {5750, "Application Type",             readWrite, single, optional,  ResourceType::String,  any,         ""},
    {5751, "Sensor Type",                  read,      single, optional,  ResourceType::String,  any,         ""},
    {6050, "Fractional Timestamp",         read,      single, optional,  ResourceType::Float,   Range{0, 1}, "s"},
};

constexpr ResourceRow digitalOutput[] = {
    {5518, "Timestamp",               read,      single, optional,  ResourceType::Time,    any,         ""},
    {5550, "Digital Output State",    readWrite, single, mandatory, ResourceType::Boolean, any,         ""},
    {5551, "Digital Output Polarity", readWrite, single, optional,  ResourceType::Boolean, any,         ""},
    {5750, "Application Type",        readWrite, single, optional,  ResourceType::String,  any,         ""},
    {6050, "Fractional Timestamp",    read,      single, optional,  ResourceType::Float,   Range{0, 1}, "s"},
};

constexpr ResourceRow analogInput[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5600, "Analog Input Current Value",        read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,   any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5751, "Sensor Type",                       read,      single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow analogOutput[] = {
    {5518, "Timestamp",                   read,      single, optional,  ResourceType::Time,   any,         ""},
    {5603, "Min Range Value",             read,      single, optional,  ResourceType::Float,  any,         ""},
    {5604, "Max Range Value",             read,      single, optional,  ResourceType::Float,  any,         ""},
    {5650, "Analog Output Current Value", readWrite, single, mandatory, ResourceType::Float,  Range{0, 1}, ""},
    {5750, "Application Type",            readWrite, single, optional,  ResourceType::String, any,         ""},
    {6050, "Fractional Timestamp",        read,      single, optional,  ResourceType::Float,  Range{0, 1}, "s"},
};

constexpr ResourceRow actuation[] = {
    {5518, "Timestamp",            read,      single, optional,  ResourceType::Time,    any,           ""},
    {5750, "Application Type",     readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5850, "On/Off",               readWrite, single, mandatory, ResourceType::Boolean, any,           ""},
    {5851, "Dimmer",               readWrite, single, optional,  ResourceType::Integer, Range{0, 100}, "/100"},
    {5852, "On time",              readWrite, single, optional,  ResourceType::Integer, any,           "s"},
    {5853, "Multi-state Output",   readWrite, single, optional,  ResourceType::String,  any,           ""},
    {6050, "Fractional Timestamp", read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow setPoint[] = {
    {5518, "Timestamp",            read,      single, optional,  ResourceType::Time,   any,         ""},
    {5701, "Sensor Units",         read,      single, optional,  ResourceType::String, any,         ""},
    {5706, "Colour",               readWrite, single, optional,  ResourceType::String, any,         ""},
    {5750, "Application Type",     readWrite, single, optional,  ResourceType::String, any,         ""},
    {5900, "Set Point Value",      readWrite, single, mandatory, ResourceType::Float,  any,         ""},
    {6050, "Fractional Timestamp", read,      single, optional,  ResourceType::Float,  Range{0, 1}, "s"},
};

constexpr ResourceRow lightControl[] = {
    {5701, "Sensor Units",            read,      single, optional,  ResourceType::String,  any,           ""},
    {5706, "Colour",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5750, "Application Type",        readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5805, "Cumulative active power", read,      single, optional,  ResourceType::Float,   any,           "Wh"},
    {5820, "Power factor",            read,      single, optional,  ResourceType::Float,   any,           ""},
    {5850, "On/Off",                  readWrite, single, mandatory, ResourceType::Boolean, any,           ""},
    {5851, "Dimmer",                  readWrite, single, optional,  ResourceType::Integer, Range{0, 100}, "/100"},
    {5852, "On time",                 readWrite, single, optional,  ResourceType::Integer, any,           "s"},
};

constexpr ResourceRow powerControl[] = {
    {5518, "Timestamp",               read,      single, optional,  ResourceType::Time,    any,           ""},
    {5750, "Application Type",        readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5805, "Cumulative active power", read,      single, optional,  ResourceType::Float,   any,           "Wh"},
    {5820, "Power factor",            read,      single, optional,  ResourceType::Float,   any,           ""},
    {5850, "On/Off",                  readWrite, single, mandatory, ResourceType::Boolean, any,           ""},
    {5851, "Dimmer",                  readWrite, single, optional,  ResourceType::Integer, Range{0, 100}, "/100"},
    {5852, "On time",                 readWrite, single, optional,  ResourceType::Integer, any,           "s"},
    {6050, "Fractional Timestamp",    read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow timeObject[] = {
    {5506, "Current Time",                  readWrite, single, mandatory, ResourceType::Time,    any,           ""},
    {5507, "Fractional Time",               readWrite, single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
    {5750, "Application Type",              readWrite, single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator", read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",     read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
};

constexpr ResourceRow gyrometer[] = {
    {5508, "Min X Value",                       read,      single, optional,  ResourceType::Float,   any,           ""},
    {5509, "Max X Value",                       read,      single, optional,  ResourceType::Float,   any,           ""},
    {5510, "Min Y Value",                       read,      single, optional,  ResourceType::Float,   any,           ""},
    {5511, "Max Y Value",                       read,      single, optional,  ResourceType::Float,   any,           ""},
    {5512, "Min Z Value",                       read,      single, optional,  ResourceType::Float,   any,           ""},
    {5513, "Max Z Value",                       read,      single, optional,  ResourceType::Float,   any,           ""},
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,    any,           ""},
    {5603, "Min Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5604, "Max Range Value",                   read,      single, optional,  ResourceType::Float,   any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,    any,           ""},
    {5701, "Sensor Units",                      read,      single, optional,  ResourceType::String,  any,           ""},
    {5702, "X Value",                           read,      single, mandatory, ResourceType::Float,   any,           ""},
    {5703, "Y Value",                           read,      single, optional,  ResourceType::Float,   any,           ""},
    {5704, "Z Value",                           read,      single, optional,  ResourceType::Float,   any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator",     read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",         read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow colour[] = {
    {5518, "Timestamp",                     read,      single, optional,  ResourceType::Time,    any,           ""},
    {5701, "Sensor Units",                  read,      single, optional,  ResourceType::String,  any,           ""},
    {5706, "Colour",                        readWrite, single, mandatory, ResourceType::String,  any,           ""},
    {5750, "Application Type",              readWrite, single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator", read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",     read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",          read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow locationObject[] = {
    {5517, "Velocity",                      read,      single, optional,  ResourceType::Opaque,  any,           ""},
    {5518, "Timestamp",                     read,      single, optional,  ResourceType::Time,    any,           ""},
    {5705, "Compass Direction",             read,      single, optional,  ResourceType::Float,   Range{0, 360}, "deg"},
    {5750, "Application Type",              readWrite, single, optional,  ResourceType::String,  any,           ""},
    {6042, "Measurement Quality Indicator", read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",     read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",          read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
    {6051, "Numeric Latitude",              read,      single, mandatory, ResourceType::Float,   any,           "lat"},
    {6052, "Numeric Longitude",             read,      single, mandatory, ResourceType::Float,   any,           "lon"},
    {6053, "Numeric Uncertainty",           read,      single, optional,  ResourceType::Float,   any,           "m"},
};

constexpr ResourceRow positioner[] = {
    {5518, "Timestamp",                         read,      single, optional,  ResourceType::Time,   any,           ""},
    {5519, "Min Limit",                         read,      single, optional,  ResourceType::Float,  any,           ""},
    {5520, "Max Limit",                         read,      single, optional,  ResourceType::Float,  any,           ""},
    {5536, "Current Position",                  readWrite, single, mandatory, ResourceType::Float,  Range{0, 100}, "/100"},
    {5537, "Transition Time",                   readWrite, single, optional,  ResourceType::Float,  any,           "s"},
    {5538, "Remaining Time",                    read,      single, optional,  ResourceType::Float,  any,           "s"},
    {5601, "Min Measured Value",                read,      single, optional,  ResourceType::Float,  any,           ""},
    {5602, "Max Measured Value",                read,      single, optional,  ResourceType::Float,  any,           ""},
    {5605, "Reset Min and Max Measured Values", execute,   single, optional,  ResourceType::None,   any,           ""},
    {5750, "Application Type",                  readWrite, single, optional,  ResourceType::String, any,           ""},
    {6050, "Fractional Timestamp",              read,      single, optional,  ResourceType::Float,  Range{0, 1},   "s"},
};

constexpr ResourceRow buzzer[] = {
    {5518, "Timestamp",            read,      single, optional,  ResourceType::Time,    any,           ""},
    {5521, "Delay Duration",       readWrite, single, optional,  ResourceType::Float,   any,           "s"},
    {5525, "Minimum Off-time",     readWrite, single, mandatory, ResourceType::Float,   any,           "s"},
    {5548, "Level",                readWrite, single, optional,  ResourceType::Float,   Range{0, 100}, "/100"},
    {5750, "Application Type",     readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5850, "On/Off",               readWrite, single, mandatory, ResourceType::Boolean, any,           ""},
    {6050, "Fractional Timestamp", read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow audioClip[] = {
    {5522, "Clip",             readWrite, single, mandatory, ResourceType::Opaque, any,           ""},
    {5523, "Trigger",          execute,   single, optional,  ResourceType::None,   any,           ""},
    {5524, "Duration",         readWrite, single, optional,  ResourceType::Float,  any,           "s"},
    {5548, "Level",            readWrite, single, optional,  ResourceType::Float,  Range{0, 100}, "/100"},
    {5750, "Application Type", readWrite, single, optional,  ResourceType::String, any,           ""},
};

constexpr ResourceRow timer[] = {
    {5501, "Digital Input Counter", read,      single, optional,  ResourceType::Integer, any,         ""},
    {5521, "Delay Duration",        readWrite, single, mandatory, ResourceType::Float,   any,         "s"},
    {5523, "Trigger",               execute,   single, optional,  ResourceType::None,    any,         ""},
    {5525, "Minimum Off-time",      readWrite, single, optional,  ResourceType::Float,   any,         "s"},
    {5526, "Timer Mode",            readWrite, single, optional,  ResourceType::Integer, Range{0, 4}, ""},
    {5534, "Counter",               readWrite, single, optional,  ResourceType::Integer, any,         ""},
    {5538, "Remaining Time",        read,      single, optional,  ResourceType::Float,   any,         "s"},
    {5543, "Digital State",         read,      single, optional,  ResourceType::Boolean, any,         ""},
    {5544, "Cumulative Time",       readWrite, single, optional,  ResourceType::Float,   any,         "s"},
    {5750, "Application Type",      readWrite, single, optional,  ResourceType::String,  any,         ""},
    {5850, "On/Off",                readWrite, single, optional,  ResourceType::Boolean, any,         ""},
};

constexpr ResourceRow addressableTextDisplay[] = {
    {5527, "Text",             readWrite, single, mandatory, ResourceType::String,  any,           ""},
    {5528, "X Coordinate",     readWrite, single, optional,  ResourceType::Integer, any,           ""},
    {5529, "Y Coordinate",     readWrite, single, optional,  ResourceType::Integer, any,           ""},
    {5530, "Clear Display",    execute,   single, optional,  ResourceType::None,    any,           ""},
    {5531, "Contrast",         readWrite, single, optional,  ResourceType::Float,   Range{0, 100}, "/100"},
    {5545, "Max X Coordinate", read,      single, optional,  ResourceType::Integer, any,           ""},
    {5546, "Max Y Coordinate", read,      single, optional,  ResourceType::Integer, any,           ""},
    {5548, "Level",            readWrite, single, optional,  ResourceType::Float,   Range{0, 100}, "/100"},
    {5750, "Application Type", readWrite, single, optional,  ResourceType::String,  any,           ""},
};

constexpr ResourceRow onOffSwitch[] = {
    {5500, "Digital Input State",   read,      single, mandatory, ResourceType::Boolean, any,         ""},
    {5501, "Digital Input Counter", read,      single, optional,  ResourceType::Integer, any,         ""},
    {5518, "Timestamp",             read,      single, optional,  ResourceType::Time,    any,         ""},
    {5750, "Application Type",      readWrite, single, optional,  ResourceType::String,  any,         ""},
    {5852, "On time",               readWrite, single, optional,  ResourceType::Integer, any,         "s"},
    {5854, "Off Time",              readWrite, single, optional,  ResourceType::Integer, any,         "s"},
    {6050, "Fractional Timestamp",  read,      single, optional,  ResourceType::Float,   Range{0, 1}, "s"},
};

constexpr ResourceRow dimmer[] = {
    {5548, "Level",            readWrite, single, mandatory, ResourceType::Float,   Range{0, 100}, "/100"},
    {5750, "Application Type", readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5852, "On time",          readWrite, single, optional,  ResourceType::Integer, any,           "s"},
    {5854, "Off Time",         readWrite, single, optional,  ResourceType::Integer, any,           "s"},
};

constexpr ResourceRow upDownControl[] = {
    {5532, "Increase Input State", read,      single, mandatory, ResourceType::Boolean, any, ""},
    {5533, "Decrease Input State", read,      single, mandatory, ResourceType::Boolean, any, ""},
    {5541, "Up Counter",           readWrite, single, optional,  ResourceType::Integer, any, ""},
    {5542, "Down Counter",         readWrite, single, optional,  ResourceType::Integer, any, ""},
    {5750, "Application Type",     readWrite, single, optional,  ResourceType::String,  any, ""},
};

constexpr ResourceRow multipleAxisJoystick[] = {
    {5500, "Digital Input State",   read,      single, optional, ResourceType::Boolean, any, ""},
    {5501, "Digital Input Counter", read,      single, optional, ResourceType::Integer, any, ""},
    {5702, "X Value",               read,      single, optional, ResourceType::Float,   any, ""},
    {5703, "Y Value",               read,      single, optional, ResourceType::Float,   any, ""},
    {5704, "Z Value",               read,      single, optional, ResourceType::Float,   any, ""},
    {5750, "Application Type",      readWrite, single, optional, ResourceType::String,  any, ""},
};

constexpr ResourceRow rate[] = {
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

constexpr ResourceRow pushButton[] = {
    {5500, "Digital Input State",   read,      single, mandatory, ResourceType::Boolean, any,         ""},
    {5501, "Digital Input Counter", read,      single, optional,  ResourceType::Integer, any,         ""},
    {5518, "Timestamp",             read,      single, optional,  ResourceType::Time,    any,         ""},
    {5750, "Application Type",      readWrite, single, optional,  ResourceType::String,  any,         ""},
    {6050, "Fractional Timestamp",  read,      single, optional,  ResourceType::Float,   Range{0, 1}, "s"},
};

constexpr ResourceRow multiStateSelector[] = {
    {5518, "Timestamp",            read,      single, optional,  ResourceType::Time,    any,         ""},
    {5547, "Multi-state Input",    read,      single, mandatory, ResourceType::Integer, any,         ""},
    {5750, "Application Type",     readWrite, single, optional,  ResourceType::String,  any,         ""},
    {6050, "Fractional Timestamp", read,      single, optional,  ResourceType::Float,   Range{0, 1}, "s"},
};

constexpr ResourceRow bitmap[] = {
    {5518, "Timestamp",            read,      single,   optional,  ResourceType::Time,    any,         ""},
    {5750, "Application Type",     readWrite, single,   optional,  ResourceType::String,  any,         ""},
    {5910, "Bitmap Input",         read,      single,   mandatory, ResourceType::Integer, any,         ""},
    {5911, "Bitmap Input Reset",   execute,   single,   optional,  ResourceType::None,    any,         ""},
    {5912, "Element Description",  readWrite, multiple, optional,  ResourceType::String,  any,         ""},
    {6050, "Fractional Timestamp", read,      single,   optional,  ResourceType::Float,   Range{0, 1}, "s"},
};

constexpr ResourceRow stopwatch[] = {
    {5501, "Digital Input Counter",         read,      single, optional,  ResourceType::Integer, any,           ""},
    {5518, "Timestamp",                     read,      single, optional,  ResourceType::Time,    any,           ""},
    {5544, "Cumulative Time",               readWrite, single, mandatory, ResourceType::Float,   any,           "s"},
    {5750, "Application Type",              readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5850, "On/Off",                        readWrite, single, optional,  ResourceType::Boolean, any,           ""},
    {6042, "Measurement Quality Indicator", read,      single, optional,  ResourceType::Integer, Range{0, 23},  ""},
    {6049, "Measurement Quality Level",     read,      single, optional,  ResourceType::Integer, Range{0, 100}, ""},
    {6050, "Fractional Timestamp",          read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ResourceRow loadControl[] = {
    {5518, "Timestamp",            read,      single, optional,  ResourceType::Time,    any,           ""},
    {5750, "Application Type",     readWrite, single, optional,  ResourceType::String,  any,           ""},
    {5823, "Event Identifier",     readWrite, single, mandatory, ResourceType::String,  any,           ""},
    {5824, "Start Time",           readWrite, single, mandatory, ResourceType::Time,    any,           ""},
    {5825, "Duration In Min",      readWrite, single, mandatory, ResourceType::Integer, any,           "min"},
    {5826, "Criticality Level",    readWrite, single, optional,  ResourceType::Integer, Range{0, 3},   ""},
    {5827, "Avg Load AdjPct",      readWrite, single, optional,  ResourceType::Integer, Range{0, 100}, "/100"},
    {5828, "Duty Cycle",           readWrite, single, optional,  ResourceType::Integer, Range{0, 100}, "/100"},
    {6050, "Fractional Timestamp", read,      single, optional,  ResourceType::Float,   Range{0, 1},   "s"},
};

constexpr ObjectRow objects[] = {
    {3200, "Digital Input", "1.1", multiple, optional, digitalInput},
    {3201, "Digital Output", "1.1", multiple, optional, digitalOutput},
    {3202, "Analog Input", "1.1", multiple, optional, analogInput},
    {3203, "Analog Output", "1.1", multiple, optional, analogOutput},
    {3306, "Actuation", "1.1", multiple, optional, actuation},
    {3308, "Set Point", "1.1", multiple, optional, setPoint},
    {3310, "Load Control", "1.1", multiple, optional, loadControl},
    {3311, "Light Control", "1.0", multiple, optional, lightControl},
    {3312, "Power Control", "1.1", multiple, optional, powerControl},
    {3333, "Time", "1.1", multiple, optional, timeObject},
    {3334, "Gyrometer", "1.1", multiple, optional, gyrometer},
    {3335, "Colour", "1.1", multiple, optional, colour},
    {3336, "Location", "2.0", multiple, optional, locationObject},
    {3337, "Positioner", "1.1", multiple, optional, positioner},
    {3338, "Buzzer", "1.1", multiple, optional, buzzer},
    {3339, "Audio Clip", "1.0", multiple, optional, audioClip},
    {3340, "Timer", "1.0", multiple, optional, timer},
    {3341, "Addressable Text Display", "1.0", multiple, optional, addressableTextDisplay},
    {3342, "On/Off switch", "1.1", multiple, optional, onOffSwitch},
    {3343, "Dimmer", "1.0", multiple, optional, dimmer},
    {3344, "Up/Down Control", "1.0", multiple, optional, upDownControl},
    {3345, "Multiple Axis Joystick", "1.0", multiple, optional, multipleAxisJoystick},
    {3346, "Rate", "1.1", multiple, optional, rate},
    {3347, "Push button", "1.1", multiple, optional, pushButton},
    {3348, "Multi-state Selector", "1.1", multiple, optional, multiStateSelector},
    {3349, "Bitmap", "1.1", multiple, optional, bitmap},
    {3350, "Stopwatch", "1.1", multiple, optional, stopwatch},
};
// clang-format on

} // namespace

std::span<const ObjectRow> inputOutputObjects()
{
    return objects;
}

} // namespace causeway::model
