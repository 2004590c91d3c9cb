// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/api/firmware.hpp"
#include "agent/api/port_lender.hpp"
#include "agent/base/child_process.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/worker.hpp"

namespace causeway::agent {

/// What the commands of a profile may ask about the device.
struct FirmwareTarget
{
    std::string device;
    std::string endpointName;
    std::string line; ///< empty: on none
    std::string unit;
    std::string port{};     ///< where the line is, while a program has it
    std::string software{}; ///< the component, when it is not the firmware
};

/// How many programs of a kind run at once, and when somebody is told that others wait.
struct DepotLimits
{
    /// The unit of the service has room for some dozens, and one server may update thousands of
    /// devices in a second. An update may take a day, and a check must not wait for it.
    std::size_t checks = 4;
    std::size_t installs = 4;
    base::Duration patience = std::chrono::minutes(1);
};

/// All packages of firmware and software of this gateway, in one directory, and the programs that
/// check and install them. Main thread; what touches the disk runs on a worker. Outlives its
/// stations.
class FirmwareDepot
{
public:
    /// The directory is made when the first package comes. `ports` outlives the depot.
    FirmwareDepot(base::EventLoop& loop,
                  std::filesystem::path directory,
                  api::PortLender& ports,
                  DepotLimits limits = {});
    ~FirmwareDepot();
    FirmwareDepot(const FirmwareDepot&) = delete;
    FirmwareDepot& operator=(const FirmwareDepot&) = delete;

    /// One station for a device at a time.
    [[nodiscard]] std::unique_ptr<api::FirmwareStation> open(FirmwareTarget target,
                                                             api::FirmwareMethod method);
    /// One for each component of a device.
    [[nodiscard]] std::unique_ptr<api::SoftwareStation> openSoftware(FirmwareTarget target,
                                                                     api::SoftwareMethod method);
    /// A device that something is being installed on, removed from or switched at, or that waits
    /// for it; empty: there is none.
    [[nodiscard]] std::string busyWith() const;

    /// The device is no more, and its packages go.
    void forget(const std::string& device);

private:
    class Station;

    struct Job
    {
        std::uint64_t id = 0;
        FirmwareTarget target;
        std::filesystem::path package;
        std::vector<std::string> command;
        std::chrono::seconds limit{};
        base::ChildProcess::Ended ended; ///< nothing: nobody wants to know any more

        /// Whether it wants its device's line for itself.
        [[nodiscard]] bool wantsPort() const;
    };

    /// For programs of one kind.
    struct Places
    {
        Places(base::Scheduler& scheduler, std::string_view of, std::size_t size, base::Task jammed)
            : kind(of)
            , most(size)
            , jam(scheduler, std::move(jammed))
        {}

        std::string_view kind; ///< for the journal
        std::size_t most;
        std::size_t taken = 0;
        std::deque<std::pair<base::TimePoint, Job>> waiting; ///< and since when
        base::Timer jam; ///< since it began to be used up, until somebody has been told
    };

    struct Running
    {
        Places* places = nullptr;
        Job job;
        std::unique_ptr<base::ChildProcess> process; ///< once it has the port it wants
    };

    std::uint64_t run(Places& places, Job job);
    /// Ends it, or takes it out of the line; it is not told then. Until its program has gone, none
    /// begins for that device.
    void abandon(std::uint64_t job);
    [[nodiscard]] bool mayStart(const Job& job) const;
    void startNext(Places& places);
    void start(Places& places, Job job);
    void onLent(std::uint64_t id, base::Expected<std::string> port);
    void spawn(Running& running);
    void onEnded(std::uint64_t id, base::Expected<int> status);
    void onJam(Places& places);

    base::EventLoop& loop_;
    std::filesystem::path directory_;
    api::PortLender& ports_;
    base::Duration patience_;
    Places checks_;
    Places installs_;
    std::map<std::uint64_t, Running> running_;
    std::uint64_t lastJob_ = 0;
    base::Worker worker_{"firmware"};
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
