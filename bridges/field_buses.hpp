// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/api/bridge.hpp"
#include "agent/api/gateway_control.hpp"
#include "agent/api/port_lender.hpp"
#include "agent/api/settings.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/lifetime.hpp"
#include "bridges/device_profile.hpp"
#include "bridges/modbus/line_tuning.hpp"

namespace causeway::bridges {

namespace modbus {
class FieldSide;
struct LineReport;
struct Request;
} // namespace modbus

/// Where a device is, and what its operator wants otherwise than its profile.
struct BridgeSettings
{
    std::string device; ///< its name, for messages
    std::string line;
    std::uint8_t unitId = 1;
    std::optional<std::chrono::milliseconds> pollPeriod; ///< instead of the profile's fast period
    api::SerialMode serial{};                            ///< how it speaks, when not as its line
};

/// The field buses: a thread of their own with all Lines on it, and the factory of the bridges that
/// use them. Everything here is called on the main thread; only values cross. Outlives its bridges.
class FieldBuses final : public api::PortLender
{
public:
    /// On the main thread, later, when a line came up, went down, or has new counters.
    using LineChanged = std::function<void(const std::string& line)>;

    explicit FieldBuses(base::Scheduler& main,
                        LineChanged lineChanged = {},
                        modbus::LineTuning tuning = {});
    ~FieldBuses() override;
    FieldBuses(const FieldBuses&) = delete;
    FieldBuses& operator=(const FieldBuses&) = delete;

    /// Says whether settings could ever work, as addLine() and changeLine() do first.
    [[nodiscard]] static base::Expected<void> check(const api::LineSettings& settings);

    /// InvalidArgument for a unit identifier that no device of such a line can have.
    [[nodiscard]] static base::Expected<void> checkUnit(const api::LineSettings& line,
                                                        std::uint8_t unitId);

    /// InvalidArgument for a speed that no device of such a line can have.
    [[nodiscard]] static base::Expected<void> checkSerial(const api::LineSettings& line,
                                                          const api::SerialMode& mode);

    /// A port that is not there yet is no error: it is tried again, with growing pauses.
    [[nodiscard]] base::Expected<void> addLine(const api::LineSettings& settings);
    /// Says whether a line may become this: the other lines and its own devices agree.
    [[nodiscard]] base::Expected<void> checkChange(const api::LineSettings& settings) const;
    /// Opens the line anew with other settings; its devices stay. The name must exist.
    [[nodiscard]] base::Expected<void> changeLine(const api::LineSettings& settings);
    /// Refused while devices use it.
    [[nodiscard]] base::Expected<void> removeLine(const std::string& name);

    [[nodiscard]] base::Expected<api::LineStatus> lineStatus(const std::string& name) const;

    /// What GatewayControl's functions of the same names do; their callbacks come later, once.
    void readRegisters(const std::string& line,
                       const api::RegisterRange& range,
                       api::RegistersDone done);
    void writeRegisters(const std::string& line,
                        const api::RegisterRange& range,
                        std::vector<std::uint16_t> words,
                        api::GatewayControl::Done done);
    [[nodiscard]] base::Expected<void> pauseLine(const std::string& name, bool isPaused);
    void lend(const std::string& line, const std::string& reason, Lent lent) override;
    void takeBack(const std::string& line) override;
    /// Finds out which of these profiles the units fit.
    [[nodiscard]] base::Expected<void>
    startScan(const std::string& line,
              const api::ScanSettings& settings,
              const std::vector<std::shared_ptr<const DeviceProfile>>& profiles);
    [[nodiscard]] base::Expected<void> stopScan(const std::string& line);
    void traceLine(const std::string& line, std::uint64_t since, api::TraceDone done);

    /// NotFound for an unknown line, AlreadyExists when another device has the unit,
    /// InvalidArgument for a unit identifier or period that cannot be. The unit is free again when
    /// the bridge goes.
    [[nodiscard]] base::Expected<std::unique_ptr<api::Bridge>>
    createBridge(std::shared_ptr<const DeviceProfile> profile, const BridgeSettings& settings);

    /// The field thread's door, for a watchdog's pings.
    [[nodiscard]] base::Scheduler& fieldScheduler() { return loop_; }

private:
    struct LineEntry
    {
        api::LineStatus status;
        std::map<std::uint8_t, std::string> devices; ///< by unit identifier
        bool isLent = false;
        std::string fault; ///< as the journal has it; empty while it is up

        [[nodiscard]] bool isOpen() const { return !status.isPaused && !isLent; }
    };

    void release(const std::string& line, std::uint8_t unitId);
    [[nodiscard]] base::Expected<void> checkAwake(const std::string& line) const;
    void
    ask(const std::string& line, base::Expected<modbus::Request> request, api::RegistersDone done);
    void onScan(const std::string& line, const api::ScanStatus& scan);
    void onReport(const std::string& line, const modbus::LineReport& report);
    static void tellJournal(LineEntry& line, const modbus::LineReport& report);
    [[nodiscard]] base::Expected<void> checkPort(const api::LineSettings& settings) const;
    [[nodiscard]] base::Expected<void> checkBridge(const BridgeSettings& settings) const;

    base::Scheduler& main_;
    LineChanged lineChanged_;
    std::map<std::string, LineEntry> lines_;
    base::EventLoop loop_;
    std::unique_ptr<modbus::FieldSide> field_; ///< lives and dies on the field thread
    std::uint64_t nextUnit_ = 1;
    std::thread thread_;
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges
