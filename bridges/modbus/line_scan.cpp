// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/line_scan.hpp"

#include <algorithm>

#include "agent/base/log.hpp"

namespace causeway::bridges::modbus {

using base::ErrorKind;
using base::Expected;

namespace {

/// A port opens at once or not at all; a TCP connection may need a retransmission or two.
constexpr base::Duration openLimit = std::chrono::seconds(6);
/// A line on which another client speaks is never quiet enough to ask anybody.
constexpr base::Duration quietLimit = std::chrono::seconds(5);
/// So many names are worth showing.
constexpr std::size_t mostFits = 3;
/// Who hears the second knock has missed the first, and answers as fast as ever; who needs the
/// whole time has heard the first.
constexpr base::Duration longestSecondKnock = std::chrono::milliseconds(50);
/// Before the first knock: libmodbus waits so long for an answer to a request to its neighbour,
/// and takes whatever comes for it (MODBUS_RESPONSE_TIMEOUT).
constexpr base::Duration quietBefore = std::chrono::milliseconds(500);

/// A server that takes what follows a request to a silent neighbour for that one's answer misses a
/// request to itself (libmodbus 3.1.6). The second knock puts it right: it has the length of an
/// answer with three octets, so that such a server takes the whole of it, and nothing else.
constexpr std::uint16_t firstKnock = 0x0000;
constexpr std::uint16_t secondKnock = 0x0300;

} // namespace

LineScan::LineScan(
    base::Scheduler& scheduler, Line& line, ScanPlan plan, MakeParts makeParts, Report report)
    : scheduler_(scheduler)
    , line_(line)
    , plan_(std::move(plan))
    , makeParts_(std::move(makeParts))
    , report_(std::move(report))
    , firstKnock_(scheduler, [this] { nextUnit(); })
    , giveUp_(scheduler, [this] { giveVariantUp(); })
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

void LineScan::giveVariantUp()
{
    if (line_.isUp())
        log::warning(
            "{LINE}: it is never quiet, somebody else speaks on it; the scan gives {SPEED} "
            "baud up",
            "LINE",
            plan_.variants[variant_].name,
            "SPEED",
            plan_.variants[variant_].baudRate);
    lifetime_ = base::Lifetime(); // what still waits for its turn is nobody's any more
    ++variant_;
    status_.done = unitsPerVariant() * static_cast<std::uint32_t>(variant_);
    startVariant();
}

void LineScan::startVariant()
{
    report_(status_);
    firstKnock_.stop();
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
        firstKnock_.start(quietBefore);
    }
}

void LineScan::nextUnit()
{
    if (unit_ > plan_.lastUnit) {
        ++variant_;
        startVariant();
        return;
    }
    knock(firstKnock, patience(), [this](const Expected<Answer>& result) {
        if (!line_.isUp() || result || result.error().kind == ErrorKind::Refused)
            onAnswer(result);
        else if (result.error().kind == ErrorKind::Corrupt)
            knockAgain(patience()); // somebody is there, who may need the whole of it again
        else
            knockAgain(std::min(patience(), longestSecondKnock));
    });
}

void LineScan::knockAgain(base::Duration patience)
{
    knock(secondKnock, patience, [this](const Expected<Answer>& result) { onAnswer(result); });
}

void LineScan::onAnswer(const Expected<Answer>& result)
{
    if (!line_.isUp()) {
        isWaiting_ = true;
        giveUp_.start(openLimit);
        return;
    }
    if (!result && result.error().kind != ErrorKind::Refused) {
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

base::Duration LineScan::patience() const
{
    return plan_.variants[variant_].responseTimeout;
}

void LineScan::knock(std::uint16_t address, base::Duration patience, Line::Done done)
{
    line_.knock(
        {static_cast<std::uint8_t>(unit_), FunctionCode::ReadHoldingRegisters, address, 1, {}},
        patience,
        inTime(std::move(done)));
}

Line::Done LineScan::inTime(Line::Done done)
{
    giveUp_.start(patience() + quietLimit);
    return lifetime_.guard([this, done = std::move(done)](Expected<Answer> result) mutable {
        giveUp_.stop();
        done(std::move(result));
    });
}

void LineScan::ask(Request request, Line::Done done)
{
    line_.submit(std::move(request), Priority::Service, inTime(std::move(done)));
}

std::uint32_t LineScan::unitsPerVariant() const
{
    return std::uint32_t{plan_.lastUnit} - plan_.firstUnit + 1;
}

} // namespace causeway::bridges::modbus
