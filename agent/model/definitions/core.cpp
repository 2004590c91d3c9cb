// SPDX-License-Identifier: Apache-2.0
#include "agent/model/definitions/rows.hpp"

namespace causeway::model {

namespace {

// clang-format off

constexpr ResourceRow lwm2mSecurity[] = {
    {0,  "LWM2M Server URI",                              none, single,   mandatory, ResourceType::String,          Range{0, 255},   ""},
    {1,  "Bootstrap-Server",                              none, single,   mandatory, ResourceType::Boolean,         any,             ""},
    {2,  "Security Mode",                                 none, single,   mandatory, ResourceType::Integer,         Range{0, 4},     ""},
    {3,  "Public Key or Identity",                        none, single,   mandatory, ResourceType::Opaque,          any,             ""},
    {4,  "Server Public Key",                             none, single,   mandatory, ResourceType::Opaque,          any,             ""},
    {5,  "Secret Key",                                    none, single,   mandatory, ResourceType::Opaque,          any,             ""},
    {6,  "SMS Security Mode",                             none, single,   optional,  ResourceType::Integer,         Range{0, 255},   ""},
    {7,  "SMS Binding Key Parameters",                    none, single,   optional,  ResourceType::Opaque,          Range{0, 6},     ""},
    {8,  "SMS Binding Secret Key(s)",                     none, single,   optional,  ResourceType::Opaque,          Range{0, 48},    ""},
    {9,  "LwM2M Server SMS Number",                       none, single,   optional,  ResourceType::String,          any,             ""},
    // From 1; Cumulocity and others write 0 to the Bootstrap-Server's own account, which LwM2M 1.0 called the default.
    {10, "Short Server ID",                               none, single,   optional,  ResourceType::Integer,         Range{0, 65534}, ""},
    {11, "Client Hold Off Time",                          none, single,   optional,  ResourceType::Integer,         any,             "s"},
    {12, "Bootstrap-Server Account Timeout",              none, single,   optional,  ResourceType::Integer,         any,             "s"},
    {13, "Matching Type",                                 none, single,   optional,  ResourceType::UnsignedInteger, Range{0, 3},     ""},
    {14, "SNI",                                           none, single,   optional,  ResourceType::String,          any,             ""},
    {15, "Certificate Usage",                             none, single,   optional,  ResourceType::UnsignedInteger, Range{0, 3},     ""},
    {16, "DTLS/TLS Ciphersuite",                          none, multiple, optional,  ResourceType::UnsignedInteger, any,             ""},
    {17, "OSCORE Security Mode",                          none, single,   optional,  ResourceType::ObjectLink,      any,             ""},
    {18, "Groups To Use by Client",                       none, multiple, optional,  ResourceType::UnsignedInteger, Range{0, 65535}, ""},
    {19, "Signature Algorithms Supported by Server",      none, multiple, optional,  ResourceType::UnsignedInteger, Range{0, 65535}, ""},
    {20, "Signature Algorithms To Use by Client",         none, multiple, optional,  ResourceType::UnsignedInteger, Range{0, 65535}, ""},
    {21, "Signature Algorithm Certs Supported by Server", none, multiple, optional,  ResourceType::UnsignedInteger, Range{0, 65535}, ""},
    {22, "TLS 1.3 Features To Use by Client",             none, single,   optional,  ResourceType::UnsignedInteger, Range{0, 65535}, ""},
    {23, "TLS Extensions Supported by Server",            none, single,   optional,  ResourceType::UnsignedInteger, Range{0, 65535}, ""},
    {24, "TLS Extensions To Use by Client",               none, single,   optional,  ResourceType::UnsignedInteger, Range{0, 65535}, ""},
    {25, "Secondary LwM2M Server URI",                    none, multiple, optional,  ResourceType::String,          Range{0, 255},   ""},
    {26, "MQTT Server",                                   none, single,   optional,  ResourceType::ObjectLink,      any,             ""},
    {27, "LwM2M COSE Security",                           none, multiple, optional,  ResourceType::ObjectLink,      any,             ""},
    {28, "RDS Destination Port",                          none, single,   optional,  ResourceType::Integer,         Range{0, 15},    ""},
    {29, "RDS Source Port",                               none, single,   optional,  ResourceType::Integer,         Range{0, 15},    ""},
    {30, "RDS Application ID",                            none, single,   optional,  ResourceType::String,          any,             ""},
};

constexpr ResourceRow lwm2mServer[] = {
    {0,  "Short Server ID",                               read,      single,   mandatory, ResourceType::Integer,         Range{1, 65534}, ""},
    {1,  "Lifetime",                                      readWrite, single,   mandatory, ResourceType::Integer,         any,             "s"},
    {2,  "Default Minimum Period",                        readWrite, single,   optional,  ResourceType::Integer,         any,             "s"},
    {3,  "Default Maximum Period",                        readWrite, single,   optional,  ResourceType::Integer,         any,             "s"},
    {4,  "Disable",                                       execute,   single,   optional,  ResourceType::None,            any,             ""},
    {5,  "Disable Timeout",                               readWrite, single,   optional,  ResourceType::Integer,         any,             "s"},
    {6,  "Notification Storing When Disabled or Offline", readWrite, single,   mandatory, ResourceType::Boolean,         any,             ""},
    {7,  "Binding",                                       readWrite, single,   mandatory, ResourceType::String,          any,             ""},
    {8,  "Registration Update Trigger",                   execute,   single,   mandatory, ResourceType::None,            any,             ""},
    {9,  "Bootstrap-Request Trigger",                     execute,   single,   optional,  ResourceType::None,            any,             ""},
    {10, "APN Link",                                      readWrite, single,   optional,  ResourceType::ObjectLink,      any,             ""},
    {11, "TLS-DTLS Alert Code",                           read,      single,   optional,  ResourceType::UnsignedInteger, Range{0, 255},   ""},
    {12, "Last Bootstrapped",                             read,      single,   optional,  ResourceType::Time,            any,             ""},
    {13, "Registration Priority Order",                   read,      single,   optional,  ResourceType::UnsignedInteger, any,             ""},
    {14, "Initial Registration Delay Timer",              readWrite, single,   optional,  ResourceType::UnsignedInteger, any,             "s"},
    {15, "Registration Failure Block",                    read,      single,   optional,  ResourceType::Boolean,         any,             ""},
    {16, "Bootstrap on Registration Failure",             read,      single,   optional,  ResourceType::Boolean,         any,             ""},
    {17, "Communication Retry Count",                     readWrite, single,   optional,  ResourceType::UnsignedInteger, any,             ""},
    {18, "Communication Retry Timer",                     readWrite, single,   optional,  ResourceType::UnsignedInteger, any,             "s"},
    {19, "Communication Sequence Delay Timer",            readWrite, single,   optional,  ResourceType::UnsignedInteger, any,             "s"},
    {20, "Communication Sequence Retry Count",            readWrite, single,   optional,  ResourceType::UnsignedInteger, any,             ""},
    {21, "Trigger",                                       readWrite, single,   optional,  ResourceType::Boolean,         any,             ""},
    {22, "Preferred Transport",                           readWrite, single,   optional,  ResourceType::String,          any,             ""},
    {23, "Mute Send",                                     readWrite, single,   optional,  ResourceType::Boolean,         any,             ""},
    {24, "Alternate APN Links",                           readWrite, multiple, optional,  ResourceType::ObjectLink,      any,             ""},
    {25, "Supported Server Versions",                     readWrite, multiple, optional,  ResourceType::String,          any,             ""},
    {26, "Default Notification Mode",                     readWrite, single,   optional,  ResourceType::Integer,         Range{0, 1},     ""},
    {27, "Profile ID Hash Algorithm",                     readWrite, single,   optional,  ResourceType::UnsignedInteger, Range{0, 255},   ""},
};

constexpr ResourceRow lwm2mAccessControl[] = {
    {0, "Object ID",            read,      single,   mandatory, ResourceType::Integer, Range{1, 65534}, ""},
    {1, "Object Instance ID",   read,      single,   mandatory, ResourceType::Integer, Range{0, 65535}, ""},
    {2, "ACL",                  readWrite, multiple, optional,  ResourceType::Integer, Range{0, 31},    ""},
    {3, "Access Control Owner", readWrite, single,   mandatory, ResourceType::Integer, Range{0, 65535}, ""},
};

constexpr ResourceRow device[] = {
    {0,  "Manufacturer",                read,      single,   optional,  ResourceType::String,     any,           ""},
    {1,  "Model Number",                read,      single,   optional,  ResourceType::String,     any,           ""},
    {2,  "Serial Number",               read,      single,   optional,  ResourceType::String,     any,           ""},
    {3,  "Firmware Version",            read,      single,   optional,  ResourceType::String,     any,           ""},
    {4,  "Reboot",                      execute,   single,   mandatory, ResourceType::None,       any,           ""},
    {5,  "Factory Reset",               execute,   single,   optional,  ResourceType::None,       any,           ""},
    {6,  "Available Power Sources",     read,      multiple, optional,  ResourceType::Integer,    Range{0, 7},   ""},
    {7,  "Power Source Voltage",        read,      multiple, optional,  ResourceType::Integer,    any,           ""},
    {8,  "Power Source Current",        read,      multiple, optional,  ResourceType::Integer,    any,           ""},
    {9,  "Battery Level",               read,      single,   optional,  ResourceType::Integer,    Range{0, 100}, "/100"},
    {10, "Memory Free",                 read,      single,   optional,  ResourceType::Integer,    any,           ""},
    {11, "Error Code",                  read,      multiple, mandatory, ResourceType::Integer,    Range{0, 32},  ""},
    {12, "Reset Error Code",            execute,   single,   optional,  ResourceType::None,       any,           ""},
    {13, "Current Time",                readWrite, single,   optional,  ResourceType::Time,       any,           ""},
    {14, "UTC Offset",                  readWrite, single,   optional,  ResourceType::String,     any,           ""},
    {15, "Timezone",                    readWrite, single,   optional,  ResourceType::String,     any,           ""},
    {16, "Supported Binding and Modes", read,      single,   mandatory, ResourceType::String,     any,           ""},
    {17, "Device Type",                 read,      single,   optional,  ResourceType::String,     any,           ""},
    {18, "Hardware Version",            read,      single,   optional,  ResourceType::String,     any,           ""},
    {19, "Software Version",            read,      single,   optional,  ResourceType::String,     any,           ""},
    {20, "Battery Status",              read,      single,   optional,  ResourceType::Integer,    Range{0, 6},   ""},
    {21, "Memory Total",                read,      single,   optional,  ResourceType::Integer,    any,           ""},
    {22, "ExtDevInfo",                  read,      multiple, optional,  ResourceType::ObjectLink, any,           ""},
};

constexpr ResourceRow connectivityMonitoring[] = {
    {0,  "Network Bearer",             read, single,   mandatory, ResourceType::Integer, Range{0, 50},  ""},
    {1,  "Available Network Bearer",   read, multiple, mandatory, ResourceType::Integer, Range{0, 50},  ""},
    {2,  "Radio Signal Strength",      read, single,   mandatory, ResourceType::Integer, any,           "dBm"},
    {3,  "Link Quality",               read, single,   optional,  ResourceType::Integer, any,           ""},
    {4,  "IP Addresses",               read, multiple, mandatory, ResourceType::String,  any,           ""},
    {5,  "Router IP Addresses",        read, multiple, optional,  ResourceType::String,  any,           ""},
    {6,  "Link Utilization",           read, single,   optional,  ResourceType::Integer, Range{0, 100}, "/100"},
    {7,  "APN",                        read, multiple, optional,  ResourceType::String,  any,           ""},
    {8,  "Cell ID",                    read, single,   optional,  ResourceType::Integer, any,           ""},
    {9,  "SMNC",                       read, single,   optional,  ResourceType::Integer, Range{0, 999}, ""},
    {10, "SMCC",                       read, single,   optional,  ResourceType::Integer, Range{0, 999}, ""},
    {11, "SignalSNR",                  read, single,   optional,  ResourceType::Integer, any,           "dB"},
    {12, "LAC",                        read, single,   optional,  ResourceType::Integer, any,           ""},
    {13, "Coverage Enhancement Level", read, single,   optional,  ResourceType::Integer, Range{0, 4},   ""},
};

constexpr ResourceRow firmwareUpdate[] = {
    {0,  "Package",                          write,     single,   mandatory, ResourceType::Opaque,          any,           ""},
    {1,  "Package URI",                      readWrite, single,   mandatory, ResourceType::String,          Range{0, 255}, ""},
    {2,  "Update",                           execute,   single,   mandatory, ResourceType::None,            any,           ""},
    {3,  "State",                            read,      single,   mandatory, ResourceType::Integer,         Range{0, 3},   ""},
    {5,  "Update Result",                    read,      single,   mandatory, ResourceType::Integer,         Range{0, 11},  ""},
    {6,  "PkgName",                          read,      single,   optional,  ResourceType::String,          Range{0, 255}, ""},
    {7,  "PkgVersion",                       read,      single,   optional,  ResourceType::String,          Range{0, 255}, ""},
    {8,  "Firmware Update Protocol Support", read,      multiple, optional,  ResourceType::Integer,         Range{0, 5},   ""},
    {9,  "Firmware Update Delivery Method",  read,      single,   mandatory, ResourceType::Integer,         Range{0, 2},   ""},
    {10, "Cancel",                           execute,   single,   optional,  ResourceType::None,            any,           ""},
    {11, "Severity",                         readWrite, single,   optional,  ResourceType::Integer,         Range{0, 2},   ""},
    {12, "Last State Change Time",           read,      single,   optional,  ResourceType::Time,            any,           ""},
    {13, "Maximum Defer Period",             readWrite, single,   optional,  ResourceType::UnsignedInteger, any,           "s"},
};

constexpr ResourceRow locationObject[] = {
    {0, "Latitude",  read, single, mandatory, ResourceType::Float,  any, "lat"},
    {1, "Longitude", read, single, mandatory, ResourceType::Float,  any, "lon"},
    {2, "Altitude",  read, single, optional,  ResourceType::Float,  any, "m"},
    {3, "Radius",    read, single, optional,  ResourceType::Float,  any, "m"},
    {4, "Velocity",  read, single, optional,  ResourceType::Opaque, any, ""},
    {5, "Timestamp", read, single, mandatory, ResourceType::Time,   any, ""},
    {6, "Speed",     read, single, optional,  ResourceType::Float,  any, "m/s"},
};

constexpr ResourceRow connectivityStatistics[] = {
    {0, "SMS Tx Counter",       read,      single, optional,  ResourceType::Integer, any, ""},
    {1, "SMS Rx Counter",       read,      single, optional,  ResourceType::Integer, any, ""},
    {2, "Tx Data",              read,      single, optional,  ResourceType::Integer, any, ""},
    {3, "Rx Data",              read,      single, optional,  ResourceType::Integer, any, ""},
    {4, "Max Message Size",     read,      single, optional,  ResourceType::Integer, any, "B"},
    {5, "Average Message Size", read,      single, optional,  ResourceType::Integer, any, "B"},
    {6, "Start",                execute,   single, mandatory, ResourceType::None,    any, ""},
    {7, "Stop",                 execute,   single, mandatory, ResourceType::None,    any, ""},
    {8, "Collection Period",    readWrite, single, optional,  ResourceType::Integer, any, "s"},
};

constexpr ResourceRow lwm2mSoftwareManagement[] = {
    {0,  "PkgName",                        read,      single,   mandatory, ResourceType::String,     Range{0, 255}, ""},
    {1,  "PkgVersion",                     read,      single,   mandatory, ResourceType::String,     Range{0, 255}, ""},
    {2,  "Package",                        write,     single,   optional,  ResourceType::Opaque,     any,           ""},
    {3,  "Package URI",                    write,     single,   optional,  ResourceType::String,     Range{0, 255}, ""},
    {4,  "Install",                        execute,   single,   mandatory, ResourceType::None,       any,           ""},
    {5,  "Checkpoint",                     read,      single,   optional,  ResourceType::ObjectLink, any,           ""},
    {6,  "Uninstall",                      execute,   single,   mandatory, ResourceType::None,       any,           ""},
    {7,  "Update State",                   read,      single,   mandatory, ResourceType::Integer,    Range{0, 4},   ""},
    {8,  "Update Supported Objects",       readWrite, single,   optional,  ResourceType::Boolean,    any,           ""},
    {9,  "Update Result",                  read,      single,   mandatory, ResourceType::Integer,    Range{0, 200}, ""},
    {10, "Activate",                       execute,   single,   mandatory, ResourceType::None,       any,           ""},
    {11, "Deactivate",                     execute,   single,   mandatory, ResourceType::None,       any,           ""},
    {12, "Activation State",               read,      single,   mandatory, ResourceType::Boolean,    any,           ""},
    {13, "Package Settings",               readWrite, single,   optional,  ResourceType::ObjectLink, any,           ""},
    {14, "User Name",                      write,     single,   optional,  ResourceType::String,     Range{0, 255}, ""},
    {15, "Password",                       write,     single,   optional,  ResourceType::String,     Range{0, 255}, ""},
    {16, "Status Reason",                  read,      single,   optional,  ResourceType::String,     any,           ""},
    {17, "Software Component Link",        read,      multiple, optional,  ResourceType::ObjectLink, any,           ""},
    {18, "Software Component tree length", read,      single,   optional,  ResourceType::Integer,    Range{0, 255}, ""},
};

constexpr ResourceRow portfolio[] = {
    {0, "Identity",    readWrite, multiple, mandatory, ResourceType::String,  any,         ""},
    {1, "GetAuthData", execute,   single,   optional,  ResourceType::None,    any,         ""},
    {2, "AuthData",    read,      multiple, optional,  ResourceType::Opaque,  any,         ""},
    {3, "AuthStatus",  read,      single,   optional,  ResourceType::Integer, Range{0, 2}, ""},
};

constexpr ResourceRow binaryappdatacontainer[] = {
    {0, "Data",               readWrite, multiple, mandatory, ResourceType::Opaque,  any,          ""},
    {1, "Data Priority",      readWrite, single,   optional,  ResourceType::Integer, Range{0, 1},  ""},
    {2, "Data Creation Time", readWrite, single,   optional,  ResourceType::Time,    any,          ""},
    {3, "Data Description",   readWrite, single,   optional,  ResourceType::String,  Range{0, 32}, ""},
    {4, "Data Format",        readWrite, single,   optional,  ResourceType::String,  Range{0, 32}, ""},
    {5, "App ID",             readWrite, single,   optional,  ResourceType::Integer, Range{0, 2},  ""},
};

constexpr ResourceRow eventLog[] = {
    {4010, "LogClass",                              readWrite, single, optional,  ResourceType::Integer,         Range{0, 255}, ""},
    {4011, "LogStart",                              execute,   single, optional,  ResourceType::None,            any,           ""},
    {4012, "LogStop",                               execute,   single, optional,  ResourceType::None,            any,           ""},
    {4013, "LogStatus",                             read,      single, optional,  ResourceType::Integer,         Range{0, 255}, ""},
    {4014, "LogData",                               read,      single, mandatory, ResourceType::Opaque,          any,           ""},
    {4015, "LogDataFormat",                         readWrite, single, optional,  ResourceType::Integer,         Range{0, 255}, ""},
    {4016, "LogDataIncremental",                    none,      single, optional,  ResourceType::Opaque,          any,           ""},
    {4017, "LogDataIncrementalMinimumSendInterval", readWrite, single, optional,  ResourceType::UnsignedInteger, any,           ""},
};

constexpr ResourceRow lwm2mGateway[] = {
    {0, "Device ID",          read, single, mandatory, ResourceType::String,   any, ""},
    {1, "Prefix",             read, single, mandatory, ResourceType::String,   any, ""},
    {3, "IoT Device Objects", read, single, mandatory, ResourceType::CoreLink, any, ""},
};

constexpr ResourceRow testObject[] = {
    {0,    "Reset values",                    execute,   single,   optional,  ResourceType::None,            any, ""},
    {1,    "Randomize values",                execute,   single,   optional,  ResourceType::None,            any, ""},
    {2,    "Clear values",                    execute,   single,   optional,  ResourceType::None,            any, ""},
    {3,    "Exec With Arguments",             execute,   single,   optional,  ResourceType::None,            any, ""},
    {4,    "Arguments List",                  read,      multiple, optional,  ResourceType::String,          any, ""},
    {110,  "String Value",                    readWrite, single,   optional,  ResourceType::String,          any, ""},
    {120,  "Integer Value",                   readWrite, single,   optional,  ResourceType::Integer,         any, ""},
    {125,  "Unsigned Integer Value",          readWrite, single,   optional,  ResourceType::UnsignedInteger, any, ""},
    {130,  "Float Value",                     readWrite, single,   optional,  ResourceType::Float,           any, ""},
    {140,  "Boolean Value",                   readWrite, single,   optional,  ResourceType::Boolean,         any, ""},
    {150,  "Opaque Value",                    readWrite, single,   optional,  ResourceType::Opaque,          any, ""},
    {160,  "Time Value",                      readWrite, single,   optional,  ResourceType::Time,            any, ""},
    {170,  "ObjLink Value",                   readWrite, single,   optional,  ResourceType::ObjectLink,      any, ""},
    {180,  "CoreLnk Value",                   readWrite, single,   optional,  ResourceType::CoreLink,        any, ""},
    {1110, "Multiple String Value",           readWrite, multiple, optional,  ResourceType::String,          any, ""},
    {1120, "Multiple Integer Value",          readWrite, multiple, optional,  ResourceType::Integer,         any, ""},
    {1125, "Multiple Unsigned Integer Value", readWrite, multiple, optional,  ResourceType::UnsignedInteger, any, ""},
    {1130, "Multiple Float Value",            readWrite, multiple, optional,  ResourceType::Float,           any, ""},
    {1140, "Multiple Boolean Value",          readWrite, multiple, optional,  ResourceType::Boolean,         any, ""},
    {1150, "Multiple Opaque Value",           readWrite, multiple, optional,  ResourceType::Opaque,          any, ""},
    {1160, "Multiple Time Value",             readWrite, multiple, optional,  ResourceType::Time,            any, ""},
    {1170, "Multiple ObjLink Value",          readWrite, multiple, optional,  ResourceType::ObjectLink,      any, ""},
    {1180, "Multiple CoreLnk Value",          readWrite, multiple, optional,  ResourceType::CoreLink,        any, ""},
};

// 0 to 3 and 5 go by the versions that belong to LwM2M 1.1, which Clients register with: 1.2's need a
// 1.2 Client, and a server without their models cannot tell the types (Leshan 2.0.0-M4).
constexpr ObjectRow objects[] = {
    {0, "LWM2M Security", "1.1", multiple, mandatory, lwm2mSecurity},
    {1, "LwM2M Server", "1.1", multiple, mandatory, lwm2mServer},
    {2, "LwM2M Access Control", "1.0", multiple, optional, lwm2mAccessControl},
    {3, "Device", "1.1", single, mandatory, device},
    {4, "Connectivity Monitoring", "1.3", single, optional, connectivityMonitoring},
    {5, "Firmware Update", "1.1", single, optional, firmwareUpdate},
    {6, "Location", "1.0", single, optional, locationObject},
    {7, "Connectivity Statistics", "1.0", single, optional, connectivityStatistics},
    {9, "LWM2M Software Management", "1.0", multiple, optional, lwm2mSoftwareManagement},
    {16, "Portfolio", "1.0", multiple, optional, portfolio},
    {19, "BinaryAppDataContainer", "1.0", multiple, optional, binaryappdatacontainer},
    {20, "Event Log", "2.1", multiple, optional, eventLog},
    {25, "LwM2M Gateway", "2.0", multiple, optional, lwm2mGateway},
    {3442, "LwM2M v1.1 Test Object", "1.0", multiple, optional, testObject},
};
// clang-format on

} // namespace

std::span<const ObjectRow> coreObjects()
{
    return objects;
}

} // namespace causeway::model
