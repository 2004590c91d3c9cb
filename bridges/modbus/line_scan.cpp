// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/line_scan.hpp"

#include <algorithm>

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;

namespace {

/// A port opens at once or not at all; a TCP connection may need a retransmission or two.
constexpr base::Duration openLimit = std::chrono::seconds(6);
/// So many names are worth showing.
constexpr std::size_t mostFits = 3;

} // namespace

LineScan::LineScan(
    base::Scheduler& scheduler, Line& line, ScanPlan plan, MakeParts makeParts, Report report)
    : scheduler_(scheduler)
    , line_(line)
    , plan_(std::move(plan))
    , makeParts_(std::move(makeParts))
    , report_(std::move(report))
    , giveUp_(scheduler, [this] {
        status_.done += unitsPerVariant();
        ++variant_;
        startVariant();
    })
{}

LineScan::~LineScan()
{
    lifetime_ = base::Lifetime();
    line_.release();
}

void LineScan::start(base::Task finished)
{
    finished_ = std::move(finished);
    status_.isRunning = true;
    status_.total = unitsPerVariant() * static_cast<std::uint32_t>(plan_.variants.size());
    line_.reserve("the line is being scanned", [this] { onLineUp(); });
    startVariant();
}

void LineScan::startVariant()
{
    report_(status_);
    if (variant_ == plan_.variants.size()) {
        end();
        return;
    }
    isVariantUp_ = false;
    isWaiting_ = false;
    giveUp_.start(openLimit);
    line_.change(makeParts_(plan_.variants[variant_]));
}

void LineScan::onLineUp()
{
    giveUp_.stop();
    if (!isVariantUp_)
        unit_ = plan_.firstUnit;
    if (!isVariantUp_ || isWaiting_) {
        isVariantUp_ = true;
        isWaiting_ = false;
        nextUnit();
    }
}

void LineScan::nextUnit()
{
    if (unit_ > plan_.lastUnit) {
        ++variant_;
        startVariant();
        return;
    }
    ask({static_cast<std::uint8_t>(unit_), FunctionCode::ReadHoldingRegisters, 0, 1, {}},
        [this](const Expected<Answer>& result) { onAnswer(result); });
}

void LineScan::onAnswer(const Expected<Answer>& result)
{
    if (!line_.isUp()) {
        isWaiting_ = true;
        giveUp_.start(openLimit);
        return;
    }
    const bool isThere = result || result.error().kind == ErrorKind::Refused;
    // A server that takes what follows a request to a silent neighbour for that one's answer
    // misses a request to itself (libmodbus 3.1.6): a second one to the neighbour sets it right.
    if (!isThere && !isAskedAgain_) {
        isAskedAgain_ = true;
        nextUnit();
        return;
    }
    if (!isThere) {
        endUnit();
        return;
    }
    status_.found.push_back({plan_.variants[variant_], static_cast<std::uint8_t>(unit_), {}});
    report_(status_);
    fits_.clear();
    candidate_ = 0;
    nextCandidate();
}

void LineScan::nextCandidate()
{
    if (candidate_ < plan_.candidates.size()) {
        fit_.emplace(plan_.candidates[candidate_]);
        askCandidate();
        return;
    }
    std::ranges::stable_sort(
        fits_, std::ranges::greater{}, &std::pair<std::uint32_t, std::string>::first);
    fits_.resize(std::min(fits_.size(), mostFits));
    for (auto& [score, profile] : fits_)
        status_.found.back().profiles.push_back(std::move(profile));
    endUnit();
}

void LineScan::askCandidate()
{
    const auto question = fit_->next();
    if (!question) {
        if (fit_->score() > 0)
            fits_.emplace_back(fit_->score(), plan_.candidates[candidate_].profile);
        ++candidate_;
        // Not from inside the last one: a profile without questions must not lead into the depth.
        scheduler_.post(lifetime_.guard([this] { nextCandidate(); }));
        return;
    }
    ask(readRequest(static_cast<std::uint8_t>(unit_), question->table, question->extent),
        [this](const Expected<Answer>& result) {
            if (result)
                fit_->take(*result);
            else
                fit_->refused();
            askCandidate();
        });
}

void LineScan::endUnit()
{
    ++unit_;
    isAskedAgain_ = false;
    ++status_.done;
    report_(status_);
    nextUnit();
}

void LineScan::end()
{
    status_.isRunning = false;
    report_(status_);
    scheduler_.post(std::move(finished_));
}

void LineScan::ask(Request request, Line::Done done)
{
    line_.submit(std::move(request), Priority::Service, lifetime_.guard(std::move(done)));
}

std::uint32_t LineScan::unitsPerVariant() const
{
    return std::uint32_t{plan_.lastUnit} - plan_.firstUnit + 1;
}

} // namespace causeway::bridges::modbus
