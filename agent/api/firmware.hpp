// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::api {

/// What a profile says of the firmware of its devices. A command is a program and its arguments, in
/// which @package@, @device@, @endpoint@, @line@ and @unit@ stand for what they name; @port@ is for
/// an installer, which then has the line for itself.
struct FirmwareMethod
{
    /// Some devices of this kind have a megabyte, gateways in the field have little more to spare.
    static constexpr std::uint64_t usualPackage = 16UL * 1024 * 1024;
    /// What Block1 can number with blocks of 1,024 octets (RFC 7959 §2.2: 20 bits).
    static constexpr std::uint64_t mostPackage = 1024UL * 1024 * 1024;

    std::vector<std::string> install; ///< empty: these devices have no Object 5
    std::vector<std::string> check;   ///< of what was downloaded; empty: nobody looks at it
    std::chrono::seconds timeLimit{600};
    std::uint64_t largestPackage = usualPackage;

    bool operator==(const FirmwareMethod&) const = default;
};

/// One software component of the devices of a profile, an instance of Object 9.
struct SoftwareMethod
{
    std::string name;
    FirmwareMethod package; ///< its check and its installer, which never has the line for itself
    std::vector<std::string> uninstall;
    std::vector<std::string> activate; ///< empty: nothing needs to be run for it
    std::vector<std::string> deactivate;

    bool operator==(const SoftwareMethod&) const = default;
};

/// Keeps one package of one device, and has it checked and installed. Main thread;
/// callbacks come there, later, at most once: never after the station has gone.
class FirmwareStation
{
public:
    using Done = base::UniqueFunction<void(base::Expected<void>)>;

    virtual ~FirmwareStation() = default;

    [[nodiscard]] virtual std::uint64_t largestPackage() const = 0;

    /// In order; an offset of 0 begins anew. LimitExceeded: the disk has no room for it.
    virtual void store(std::uint64_t offset, base::Bytes octets, Done done) = 0;
    using Resumed = base::UniqueFunction<void(base::Expected<std::uint64_t>)>;
    /// What an earlier process has stored and a power cut has left: octets, after which store()
    /// goes on. Less may be there than was stored.
    virtual void resume(Resumed resumed) = 0;
    /// Nothing more comes: the package is on disk, whatever happens to the power, before `done`;
    /// with a check that is true of one that has passed it.
    virtual void complete(Done done) = 0;
    /// Whether a whole package is there that has passed the check, perhaps of an earlier process.
    /// NotFound: there is none.
    virtual void find(Done done) = 0;
    /// The package goes, whole or not, and what runs with it is ended.
    virtual void discard() = 0;

    [[nodiscard]] virtual bool hasCheck() const = 0;
    /// Only with hasCheck(). NotSupported: a good package, but not for this device; Refused: it is
    /// not what it should be; any other error: nobody could say.
    virtual void check(Done done) = 0;
    virtual void install(Done done) = 0;
};

/// What can be done with software that is installed.
enum class SoftwareAction : std::uint8_t { Uninstall, Activate, Deactivate };

/// The same for one software component.
class SoftwareStation : public FirmwareStation
{
public:
    /// Of the component; as long as the station.
    [[nodiscard]] virtual const std::string& name() const = 0;
    virtual void run(SoftwareAction action, Done done) = 0;
};

} // namespace causeway::api
