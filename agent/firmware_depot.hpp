// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/api/firmware.hpp"
#include "agent/base/child_process.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/base/worker.hpp"

namespace causeway::agent {

/// What the commands of a profile may ask about the device.
struct FirmwareTarget
{
    std::string device;
    std::string endpointName;
    std::string line;
    std::string unit;
};

/// All firmware packages of this gateway, in one directory, and the programs that check and install
/// them. Main thread; what touches the disk runs on a worker. Outlives its stations.
class FirmwareDepot
{
public:
    /// Programs that run at once; the unit of the service has room for some dozens, and one server
    /// may update thousands of devices in a second.
    static constexpr std::size_t mostPrograms = 4;

    /// The directory is made when the first package comes.
    FirmwareDepot(base::EventLoop& loop, std::filesystem::path directory);
    ~FirmwareDepot();
    FirmwareDepot(const FirmwareDepot&) = delete;
    FirmwareDepot& operator=(const FirmwareDepot&) = delete;

    /// One station for a device at a time.
    [[nodiscard]] std::unique_ptr<api::FirmwareStation> open(FirmwareTarget target,
                                                             api::FirmwareMethod method);
    /// The device is no more, and its package goes.
    void forget(const std::string& device);

private:
    class Station;

    struct Job
    {
        std::uint64_t id = 0;
        std::string device;
        std::vector<std::string> command;
        std::chrono::seconds limit{};
        base::ChildProcess::Ended ended;
    };

    std::uint64_t run(const std::string& device,
                      std::vector<std::string> command,
                      std::chrono::seconds limit,
                      base::ChildProcess::Ended ended);
    /// Ends it, or takes it out of the line; it is not told then. Until its program has gone, none
    /// begins for that device.
    void abandon(std::uint64_t job);
    [[nodiscard]] bool runsFor(const std::string& device) const;
    void startNext();
    void onEnded(std::uint64_t job, base::Expected<int> status);

    struct Running
    {
        std::string device;
        std::unique_ptr<base::ChildProcess> process;
        base::ChildProcess::Ended ended;
    };

    base::EventLoop& loop_;
    std::filesystem::path directory_;
    std::deque<Job> waiting_;
    std::map<std::uint64_t, Running> running_;
    std::uint64_t lastJob_ = 0;
    base::Worker worker_{"firmware"};
};

} // namespace causeway::agent
