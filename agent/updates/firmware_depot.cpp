// SPDX-License-Identifier: Apache-2.0
#include "agent/updates/firmware_depot.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "agent/base/lifetime.hpp"
#include "agent/base/log.hpp"
#include "agent/updates/package_file.hpp"

namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

/// The exit status of a check that says: a good package, but not for this device.
constexpr int otherPackage = 2;

const std::string portWord = "@port@";

std::string filledIn(std::string text, const std::string& word, const std::string& value)
{
    for (auto at = text.find(word); at != std::string::npos;
         at = text.find(word, at + value.size()))
        text.replace(at, word.size(), value);
    return text;
}

std::vector<std::string> filledIn(std::vector<std::string> command,
                                  const FirmwareTarget& target,
                                  const std::filesystem::path& package)
{
    const std::array<std::pair<std::string, std::string>, 6> words{
        {{"@package@", package.string()},
         {"@device@", target.device},
         {"@endpoint@", target.endpointName},
         {"@line@", target.line},
         {"@unit@", target.unit},
         {portWord, target.port}}};
    for (auto& argument : command) {
        for (const auto& [word, value] : words)
            argument = filledIn(std::move(argument), word, value);
    }
    return command;
}

/// What a shell says of a command that it cannot run (POSIX.1-2017 §2.8.2).
bool wasNeverRun(int status)
{
    constexpr int notExecutable = 126;
    constexpr int notThere = 127;
    return status == notExecutable || status == notThere;
}

/// Only an exit status of its own is what a program says; the rest has happened to it.
Expected<void> judge(const Expected<int>& status)
{
    if (!status) {
        auto error = status.error();
        if (error.kind == ErrorKind::Refused)
            error.kind = ErrorKind::Internal;
        return fail(std::move(error));
    }
    if (*status == 0)
        return {};
    const auto kind = *status == otherPackage ? ErrorKind::NotSupported
                      : wasNeverRun(*status)  ? ErrorKind::Internal
                                              : ErrorKind::Refused;
    return fail(kind, fmt::format("exit status {}", *status));
}

/// No device and no component has such a letter in its name.
constexpr char softwareMark = '@';

std::string fileNameOf(const FirmwareTarget& target)
{
    return target.software.empty() ? target.device : target.device + softwareMark + target.software;
}

/// Also of components that its profile does not have any more.
void removeSoftware(const std::filesystem::path& directory, const std::string& device)
{
    std::error_code nobodyMinds; // what stays is an old file, and the next device's begins anew
    for (const auto& entry : std::filesystem::directory_iterator(directory, nobodyMinds)) {
        if (entry.path().filename().string().starts_with(device + softwareMark))
            std::filesystem::remove(entry.path(), nobodyMinds);
    }
}

} // namespace

/// What one device has of the depot.
class FirmwareDepot::Station final : public api::SoftwareStation
{
public:
    Station(FirmwareDepot& depot, FirmwareTarget target, api::SoftwareMethod method)
        : depot_(depot)
        , target_(std::move(target))
        , software_(std::move(method))
        , method_(software_.package)
        , file_(std::make_shared<PackageFile>(depot.directory_, fileNameOf(target_)))
    {}

    ~Station() override { depot_.abandon(job_); }

    Station(const Station&) = delete;
    Station& operator=(const Station&) = delete;

    [[nodiscard]] std::uint64_t largestPackage() const override { return method_.largestPackage; }

    void store(std::uint64_t offset, base::Bytes octets, Done done) override
    {
        work([offset, octets = std::move(octets)](
                 PackageFile& file) { return file.append(offset, octets); },
             std::move(done));
    }

    void resume(Resumed resumed) override
    {
        work([](PackageFile& file) { return file.resume(); }, std::move(resumed));
    }

    void complete(Done done) override
    {
        work(
            [isGood = !hasCheck()](PackageFile& file) {
                auto completed = file.complete();
                return completed && isGood ? file.approve() : completed;
            },
            std::move(done));
    }

    void find(Done done) override
    {
        work([](const PackageFile& file) { return file.find(); }, std::move(done));
    }

    void discard() override
    {
        depot_.abandon(std::exchange(job_, 0));
        depot_.worker_.post([file = file_] { file->remove(); });
    }

    [[nodiscard]] bool hasCheck() const override { return !method_.check.empty(); }

    void check(Done done) override
    {
        run(depot_.checks_,
            method_.check,
            file_->unchecked(),
            [this, done = std::move(done)](Expected<void> checked) mutable {
                if (!checked)
                    return done(std::move(checked));
                work([](PackageFile& file) { return file.approve(); }, std::move(done));
            });
    }

    void install(Done done) override
    {
        run(depot_.installs_, method_.install, file_->approved(), std::move(done));
    }

    [[nodiscard]] const std::string& name() const override { return software_.name; }

    void run(api::SoftwareAction action, Done done) override
    {
        const auto& command = commandOf(action);
        if (!command.empty())
            return run(depot_.installs_, command, {}, std::move(done));
        depot_.loop_.post(lifetime_.guard([done = std::move(done)]() mutable { done({}); }));
    }

private:
    template <typename Work, typename Told>
    void work(Work what, Told done)
    {
        auto deliver = lifetime_.guard(std::move(done));
        depot_.worker_.post([&main = depot_.loop_,
                             file = file_,
                             what = std::move(what),
                             deliver = std::move(deliver)]() mutable {
            auto result = what(*file);
            main.post([deliver = std::move(deliver), result = std::move(result)]() mutable {
                deliver(std::move(result));
            });
        });
    }

    void run(Places& places,
             const std::vector<std::string>& command,
             const std::filesystem::path& package,
             Done done)
    {
        job_ = depot_.run(places,
                          {0,
                           target_,
                           package,
                           command,
                           method_.timeLimit,
                           [this, done = std::move(done)](const Expected<int>& status) mutable {
                               job_ = 0;
                               done(judge(status));
                           }});
    }

    [[nodiscard]] const std::vector<std::string>& commandOf(api::SoftwareAction action) const
    {
        switch (action) {
        case api::SoftwareAction::Uninstall:
            return software_.uninstall;
        case api::SoftwareAction::Activate:
            return software_.activate;
        case api::SoftwareAction::Deactivate:
            break;
        }
        return software_.deactivate;
    }

    FirmwareDepot& depot_;
    FirmwareTarget target_;
    api::SoftwareMethod software_; ///< of firmware it has a package only
    const api::FirmwareMethod& method_;
    // shared_ptr: tasks of the worker may outlive the station.
    std::shared_ptr<PackageFile> file_;
    std::uint64_t job_ = 0; ///< under way; 0 when none is
    base::Lifetime lifetime_;
};

FirmwareDepot::FirmwareDepot(base::EventLoop& loop,
                             std::filesystem::path directory,
                             api::PortLender& ports,
                             DepotLimits limits)
    : loop_(loop)
    , directory_(std::move(directory))
    , ports_(ports)
    , patience_(limits.patience)
    , checks_(loop, "check", limits.checks, [this] { onJam(checks_); })
    , installs_(loop, "update", limits.installs, [this] { onJam(installs_); })
{}

FirmwareDepot::~FirmwareDepot() = default;

std::unique_ptr<api::FirmwareStation> FirmwareDepot::open(FirmwareTarget target,
                                                          api::FirmwareMethod method)
{
    api::SoftwareMethod firmware;
    firmware.package = std::move(method);
    return std::make_unique<Station>(*this, std::move(target), std::move(firmware));
}

std::unique_ptr<api::SoftwareStation> FirmwareDepot::openSoftware(FirmwareTarget target,
                                                                  api::SoftwareMethod method)
{
    target.software = method.name;
    return std::make_unique<Station>(*this, std::move(target), std::move(method));
}

std::string FirmwareDepot::busyWith() const
{
    const auto running = std::ranges::find_if(
        running_, [this](const auto& entry) { return entry.second.places == &installs_; });
    if (running != running_.end())
        return running->second.job.target.device;
    return installs_.waiting.empty() ? std::string()
                                     : installs_.waiting.front().second.target.device;
}

void FirmwareDepot::forget(const std::string& device)
{
    worker_.post([directory = directory_, device] {
        PackageFile(directory, device).remove();
        removeSoftware(directory, device);
    });
}

bool FirmwareDepot::Job::wantsPort() const
{
    return std::ranges::any_of(command, [](const std::string& argument) {
        return argument.find(portWord) != std::string::npos;
    });
}

std::uint64_t FirmwareDepot::run(Places& places, Job job)
{
    const std::uint64_t id = ++lastJob_;
    job.id = id;
    if (places.waiting.empty())
        places.jam.start(patience_);
    places.waiting.emplace_back(loop_.now(), std::move(job));
    startNext(places);
    return id;
}

// One for each device, and one for each line that it takes.
bool FirmwareDepot::mayStart(const Job& job) const
{
    const bool wantsPort = job.wantsPort();
    return std::ranges::none_of(running_, [&](const auto& entry) {
        const Job& other = entry.second.job;
        return other.target.device == job.target.device ||
               (wantsPort && other.wantsPort() && other.target.line == job.target.line);
    });
}

void FirmwareDepot::startNext(Places& places)
{
    while (places.taken < places.most) {
        const auto next = std::ranges::find_if(
            places.waiting, [this](const auto& entry) { return mayStart(entry.second); });
        if (next == places.waiting.end())
            break;
        Job job = std::move(next->second);
        places.waiting.erase(next);
        start(places, std::move(job));
    }
    if (places.waiting.empty())
        places.jam.stop();
}

void FirmwareDepot::start(Places& places, Job job)
{
    ++places.taken;
    auto& running = running_[job.id];
    running.places = &places;
    running.job = std::move(job);
    if (!running.job.wantsPort())
        return spawn(running);
    const auto& target = running.job.target;
    ports_.lend(target.line,
                fmt::format("lent to the firmware update of {}", target.device),
                lifetime_.guard([this, id = running.job.id](Expected<std::string> port) {
                    onLent(id, std::move(port));
                }));
}

void FirmwareDepot::onLent(std::uint64_t id, Expected<std::string> port)
{
    auto& running = running_.at(id);
    if (!port)
        return onEnded(id, fail(port.error()));
    if (!running.job.ended)
        return onEnded(id, fail(ErrorKind::Cancelled, "nobody wants it any more"));
    running.job.target.port = std::move(*port);
    spawn(running);
}

void FirmwareDepot::spawn(Running& running)
{
    const Job& job = running.job;
    running.process = std::make_unique<base::ChildProcess>(
        loop_,
        filledIn(job.command, job.target, job.package),
        job.limit,
        [this, id = job.id](Expected<int> status) { onEnded(id, std::move(status)); });
}

void FirmwareDepot::onEnded(std::uint64_t id, Expected<int> status)
{
    const auto ended = running_.extract(id);
    Running& gone = ended.mapped();
    --gone.places->taken;
    if (gone.job.wantsPort())
        ports_.takeBack(gone.job.target.line);
    startNext(checks_);
    startNext(installs_);
    if (gone.job.ended)
        gone.job.ended(std::move(status));
}

void FirmwareDepot::abandon(std::uint64_t job)
{
    for (auto* const places : {&checks_, &installs_})
        std::erase_if(places->waiting, [job](const auto& entry) { return entry.second.id == job; });
    const auto found = running_.find(job);
    if (found == running_.end())
        return;
    found->second.job.ended = nullptr;
    if (found->second.process)
        found->second.process->terminate();
}

void FirmwareDepot::onJam(Places& places)
{
    if (places.waiting.empty())
        return;
    const auto& [since, first] = places.waiting.front();
    const auto due = since + patience_;
    if (due > loop_.now())
        return places.jam.startAt(due);
    log::warning("{DEVICE}: the {KIND} of its {SOFTWARE} has waited for a place for "
                 "{TIME} s, as {COUNT} do; at most {MOST} run at once, and it goes on waiting",
                 "DEVICE",
                 first.target.device,
                 "KIND",
                 places.kind,
                 "SOFTWARE",
                 first.target.software.empty() ? "firmware" : first.target.software,
                 "TIME",
                 std::chrono::floor<std::chrono::seconds>(loop_.now() - since).count(),
                 "COUNT",
                 places.waiting.size(),
                 "MOST",
                 places.most);
}

} // namespace causeway::agent
