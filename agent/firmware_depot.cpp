// SPDX-License-Identifier: Apache-2.0
#include "agent/firmware_depot.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "agent/base/lifetime.hpp"
#include "agent/package_file.hpp"

namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

/// The exit status of a check that says: a good package, but not for this device.
constexpr int otherPackage = 2;

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
    const std::array<std::pair<std::string, std::string>, 5> words{
        {{"@package@", package.string()},
         {"@device@", target.device},
         {"@endpoint@", target.endpointName},
         {"@line@", target.line},
         {"@unit@", target.unit}}};
    for (auto& argument : command) {
        for (const auto& [word, value] : words)
            argument = filledIn(std::move(argument), word, value);
    }
    return command;
}

Expected<void> judge(const Expected<int>& status)
{
    if (!status)
        return fail(status.error());
    if (*status == 0)
        return {};
    return fail(*status == otherPackage ? ErrorKind::NotSupported : ErrorKind::Refused,
                fmt::format("exit status {}", *status));
}

} // namespace

/// What one device has of the depot.
class FirmwareDepot::Station final : public api::FirmwareStation
{
public:
    Station(FirmwareDepot& depot, FirmwareTarget target, api::FirmwareMethod method)
        : depot_(depot)
        , target_(std::move(target))
        , method_(std::move(method))
        , file_(std::make_shared<PackageFile>(depot.directory_, target_.device))
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
        work([](PackageFile& file) { return file.complete(); }, std::move(done));
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

    void check(Done done) override { run(method_.check, std::move(done)); }

    void install(Done done) override { run(method_.install, std::move(done)); }

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

    void run(const std::vector<std::string>& command, Done done)
    {
        job_ = depot_.run(target_.device,
                          filledIn(command, target_, file_->whole()),
                          method_.timeLimit,
                          [this, done = std::move(done)](const Expected<int>& status) mutable {
                              job_ = 0;
                              done(judge(status));
                          });
    }

    FirmwareDepot& depot_;
    FirmwareTarget target_;
    api::FirmwareMethod method_;
    // shared_ptr: tasks of the worker may outlive the station.
    std::shared_ptr<PackageFile> file_;
    std::uint64_t job_ = 0; ///< under way; 0 when none is
    base::Lifetime lifetime_;
};

FirmwareDepot::FirmwareDepot(base::EventLoop& loop, std::filesystem::path directory)
    : loop_(loop)
    , directory_(std::move(directory))
{}

FirmwareDepot::~FirmwareDepot() = default;

std::unique_ptr<api::FirmwareStation> FirmwareDepot::open(FirmwareTarget target,
                                                          api::FirmwareMethod method)
{
    return std::make_unique<Station>(*this, std::move(target), std::move(method));
}

void FirmwareDepot::forget(const std::string& device)
{
    worker_.post([directory = directory_, device] { PackageFile(directory, device).remove(); });
}

std::uint64_t FirmwareDepot::run(const std::string& device,
                                 std::vector<std::string> command,
                                 std::chrono::seconds limit,
                                 base::ChildProcess::Ended ended)
{
    const std::uint64_t id = ++lastJob_;
    waiting_.push_back({id, device, std::move(command), limit, std::move(ended)});
    startNext();
    return id;
}

bool FirmwareDepot::runsFor(const std::string& device) const
{
    return std::ranges::any_of(
        running_, [&device](const auto& entry) { return entry.second.device == device; });
}

void FirmwareDepot::startNext()
{
    if (running_.size() >= mostPrograms)
        return;
    const auto next = std::ranges::find_if(
        waiting_, [this](const Job& waiting) { return !runsFor(waiting.device); });
    if (next == waiting_.end())
        return;
    Job job = std::move(*next);
    waiting_.erase(next);
    auto& running = running_[job.id];
    running.device = std::move(job.device);
    running.ended = std::move(job.ended);
    running.process = std::make_unique<base::ChildProcess>(
        loop_, job.command, job.limit, [this, id = job.id](Expected<int> status) {
            onEnded(id, std::move(status));
        });
}

void FirmwareDepot::onEnded(std::uint64_t job, Expected<int> status)
{
    const auto found = running_.find(job);
    auto ended = std::move(found->second.ended);
    running_.erase(found);
    startNext();
    if (ended)
        ended(std::move(status));
}

void FirmwareDepot::abandon(std::uint64_t job)
{
    std::erase_if(waiting_, [job](const Job& waiting) { return waiting.id == job; });
    const auto found = running_.find(job);
    if (found == running_.end())
        return;
    found->second.ended = nullptr;
    found->second.process->terminate();
}

} // namespace causeway::agent
