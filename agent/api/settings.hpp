// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/transport.hpp"

/// What the operator says of lines, servers and devices: the same structs travel from D-Bus to the
/// gateway and into the store. Each default stands here and nowhere else.
namespace causeway::api {

/// A serial port or a TCP peer with Modbus units behind it.
struct LineSettings
{
    enum class Kind : std::uint8_t { Rtu, Tcp, RtuOverTcp };
    enum class Parity : std::uint8_t { None, Even, Odd };
    /// How the port's own driver turns an RS-485 transceiver round with RTS (TIOCSRS485); None: the
    /// adapter does it by itself, or the port is as the system has set it up.
    enum class Rs485 : std::uint8_t { None, RtsOnSend, RtsAfterSend };

    std::string name; ///< letters, digits, '-', '_', '.'; at most 64; so for servers and devices

    Kind kind = Kind::Rtu;

    // Rtu
    std::string serialPort; ///< e.g. /dev/ttyUSB0 or /dev/causeway/FT123
    std::uint32_t baudRate = 9600;
    Parity parity = Parity::None;
    std::uint8_t stopBits = 1;
    Rs485 rs485 = Rs485::None;
    std::chrono::milliseconds rs485DelayBefore{0}; ///< from turning round to the first bit
    std::chrono::milliseconds rs485DelayAfter{0};  ///< from the last bit to turning back

    // Tcp, RtuOverTcp
    std::string host;
    std::uint16_t port = 502;

    std::chrono::milliseconds responseTimeout{500};
    /// Added to the silence that the speed demands before each frame (Modbus over serial line
    /// §2.5.1.1).
    std::chrono::milliseconds extraSilence{0};
    bool localEcho = false; ///< Rtu, RtuOverTcp: the adapter gives back what it sends

    bool operator==(const LineSettings&) const = default;
};

/// How a device on a serial line speaks, where it is not as its Line does.
struct SerialMode
{
    std::optional<std::uint32_t> baudRate;
    std::optional<LineSettings::Parity> parity;
    std::optional<std::uint8_t> stopBits;

    [[nodiscard]] bool isLines() const { return !baudRate && !parity && !stopBits; }

    bool operator==(const SerialMode&) const = default;
};

/// An LwM2M server that devices register with: resources of Security (0) and Server (1) Objects.
struct ServerSettings
{
    std::string name;
    std::string uri; ///< coaps:// or coaps+tcp://host[:port]; coap:// and coap+tcp:// only with
                     ///< NoSec and the gateway's permission
    SecurityMode securityMode = SecurityMode::Psk;
    std::uint16_t shortServerId = 1;
    std::chrono::seconds lifetime{86400};
    std::optional<std::chrono::seconds> defaultPmin;
    std::optional<std::chrono::seconds> defaultPmax;
    std::chrono::seconds disableTimeout{86400};
    bool storesNotifications = true;
    bool notifiesConfirmable = false; ///< /1/x/26, also used with 1.1
    std::string lwm2mVersion = "1.1"; ///< "1.0", "1.1" or "1.2"
    bool queueMode = false;
    /// With queue mode: how long after the last message a device is taken to listen; from the
    /// factory MAX_TRANSMIT_WAIT (RFC 7252 §4.8.2), as LwM2M Transport recommends.
    std::chrono::seconds awakeTime{93};
    bool allowsCbcWithoutEtm = false;
    /// /0/x/16: IANA names or numbers of what is offered instead of the defaults; empty: those.
    std::vector<std::string> cipherSuites;
    ServerIdentity
        identity; ///< with RawPublicKey and Certificate: whom the server must prove to be
    // Server Object resources 17 to 20.
    std::uint32_t retryCount = 5;
    std::chrono::seconds retryTimer{60};
    std::chrono::seconds sequenceDelay{86400};
    std::uint32_t sequenceRetryCount = 1;
    bool bootstrapsOnFailure = true; ///< /1/x/16
    // Server Object resources 13 to 15: of several servers, whose turn is when.
    std::optional<std::uint32_t> registrationOrder; ///< the smallest first; none: by itself
    std::chrono::seconds initialDelay{0};           ///< before its first registration
    bool blocksOnFailure = false;                   ///< those after it, until it has the device

    /// /0/x/1: it bootstraps devices instead of serving them; of the above, only the URI, security
    /// and version, and retryTimer, mean something then.
    bool isBootstrap = false;
    std::chrono::seconds clientHoldOff{0};    ///< /0/x/11
    std::chrono::seconds bootstrapTimeout{0}; ///< /0/x/12; 0: the account stays

    bool operator==(const ServerSettings&) const = default;
};

/// A legacy device: where it is on the field bus and whom it registers with.
struct DeviceSettings
{
    std::string name;
    std::string endpointName; ///< empty: "urn:dev:ops:…" is not ours to invent, so the name is used
    std::string profile;      ///< a DeviceProfile's name, e.g. eastron-sdm120
    std::string line;         ///< of a Modbus device, and its unit there; or
    std::uint8_t unitId = 1;
    SerialMode serial;
    std::string bleAddress;           ///< AA:BB:CC:DD:EE:FF, of a Bluetooth device
    std::vector<std::string> servers; ///< names of server accounts
    bool isEnabled = true;
    bool allowsServerWrites =
        false; ///< the operator's half of the permission; the profile's is the other
    std::optional<std::chrono::milliseconds> pollPeriod; ///< instead of the profile's own
    /// Where it stands: degrees north, degrees east and, if known, metres above the ellipsoid,
    /// "52.5163 13.3777 34"; empty: nobody has said.
    std::string position;

    bool operator==(const DeviceSettings&) const = default;
};

} // namespace causeway::api
