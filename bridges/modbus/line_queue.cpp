// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/line_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;

namespace {

/// What servers may have waiting on one line; polls bound themselves, one for each span.
constexpr std::size_t mostUrgentQueued = 64;
/// After so many writes and reads a poll gets its turn: nobody can talk the meters silent.
constexpr std::uint32_t mostUrgentInARow = 8;

} // namespace

LineQueue::Jobs& LineQueue::of(Priority priority)
{
    return jobs_[static_cast<std::size_t>(priority)];
}

const LineQueue::Jobs& LineQueue::of(Priority priority) const
{
    return jobs_[static_cast<std::size_t>(priority)];
}

Expected<void> LineQueue::push(LineJob& job)
{
    Jobs& jobs = of(job.priority);
    if (isUrgent(job.priority) && jobs.size() >= mostUrgentQueued)
        return base::fail(
            ErrorKind::LimitExceeded, "the line has too much to do", base::Retry::Later);
    jobs.push_back(std::move(job));
    return {};
}

void LineQueue::pushAgain(LineJob job)
{
    turns_[job.request.unitId] = 0;
    putBack(std::move(job));
}

void LineQueue::putBack(LineJob job)
{
    Jobs& jobs = of(job.priority);
    jobs.push_front(std::move(job));
}

const LineJob* LineQueue::next(const MayStart& mayStart) const
{
    if (urgentInARow_ >= mostUrgentInARow) {
        if (const LineJob* const poll = nextOf(of(Priority::Poll), mayStart))
            return poll;
    }
    for (const Jobs& jobs : jobs_) {
        if (const LineJob* const job = nextOf(jobs, mayStart))
            return job;
    }
    return nullptr;
}

const LineJob* LineQueue::nextOf(const Jobs& jobs, const MayStart& mayStart) const
{
    const LineJob* chosen = nullptr;
    for (const LineJob& job : jobs) {
        // Units take turns: one with many requests waiting is asked no more often than the others.
        const bool isEarlier =
            chosen == nullptr || turnOf(job.request.unitId) < turnOf(chosen->request.unitId);
        if (isEarlier && mayStart(job))
            chosen = &job;
    }
    return chosen;
}

LineJob LineQueue::take(const LineJob& job)
{
    Jobs& jobs = of(job.priority);
    const auto place = std::ranges::find_if(jobs, [&](const LineJob& one) { return &one == &job; });
    LineJob taken = std::move(*place);
    jobs.erase(place);
    turns_[taken.request.unitId] = ++turn_;
    urgentInARow_ = isUrgent(taken.priority) ? urgentInARow_ + 1 : 0;
    return taken;
}

std::uint64_t LineQueue::turnOf(std::uint8_t unitId) const
{
    const auto turn = turns_.find(unitId);
    return turn == turns_.end() ? 0 : turn->second;
}

std::vector<LineJob> LineQueue::takeAll(const MayStart& isWanted)
{
    std::vector<LineJob> taken;
    for (Jobs& jobs : jobs_) {
        if (std::ranges::none_of(jobs, isWanted)) // as almost always: partitioning takes memory
            continue;
        const auto left = std::stable_partition(
            jobs.begin(), jobs.end(), [&](const LineJob& job) { return !isWanted(job); });
        std::move(left, jobs.end(), std::back_inserter(taken));
        jobs.erase(left, jobs.end());
    }
    return taken;
}

void LineQueue::each(const std::function<void(const LineJob&)>& visit) const
{
    for (const Jobs& jobs : jobs_)
        std::ranges::for_each(jobs, visit);
}

bool LineQueue::isEmpty() const
{
    return std::ranges::all_of(jobs_, [](const Jobs& jobs) { return jobs.empty(); });
}

} // namespace causeway::bridges::modbus
