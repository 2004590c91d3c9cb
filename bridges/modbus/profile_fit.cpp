// SPDX-License-Identifier: Apache-2.0
#include "bridges/modbus/profile_fit.hpp"

#include <algorithm>
#include <array>

#include "bridges/modbus/register_codec.hpp"

namespace causeway::bridges::modbus {

namespace {

/// More requests than this tell little more about who somebody is.
constexpr std::size_t mostSpans = 4;
constexpr std::uint32_t probeScore = 100'000;
constexpr std::uint32_t quantityScore = 1'000;

/// What a quantity can be where devices of ours are installed.
struct Quantity
{
    model::Id object;
    model::Id resource;
    double smallest;
    double largest;
};

constexpr std::array quantities{
    Quantity{3303, 5700, -60, 200}, // temperature, Cel
    Quantity{3304, 5700, 0, 100},   // humidity, %RH
    Quantity{3316, 5700, 30, 1000}, // voltage, V
    Quantity{3318, 5700, 45, 65},   // frequency, Hz
};

const Quantity* quantityOf(const model::Path& path)
{
    const auto found = std::ranges::find_if(quantities, [&](const Quantity& one) {
        return path.isResource() && one.object == path.object() && one.resource == path.resource();
    });
    return found == quantities.end() ? nullptr : &*found;
}

} // namespace

ProfileFit::ProfileFit(const FitCandidate& candidate)
    : candidate_(&candidate)
{
    advance();
}

std::optional<ProfileFit::Question> ProfileFit::next() const
{
    if (stage_ == Stage::Probes) {
        const ProbeStep& probe = candidate_->opening.probes[step_];
        return Question{probe.table,
                        {probe.address, static_cast<std::uint16_t>(probe.words.size())}};
    }
    if (stage_ == Stage::Walk)
        return Question{RegisterTable::HoldingRegister, *walk_.next()};
    if (stage_ == Stage::Spans)
        return Question{spans_[step_].table, {spans_[step_].address, spans_[step_].count}};
    return std::nullopt;
}

void ProfileFit::take(std::span<const std::uint16_t> words)
{
    if (stage_ == Stage::Walk) {
        walk_.take(words);
    } else if (stage_ == Stage::Probes) {
        const ProbeStep& probe = candidate_->opening.probes[step_++];
        if (!fits(probe, {words.begin(), words.end()}))
            fail();
    } else if (stage_ == Stage::Spans) {
        takeSpan(words);
        ++step_;
    }
    advance();
}

void ProfileFit::refused()
{
    if (stage_ == Stage::Walk)
        walk_.refused();
    else
        fail();
    advance();
}

std::uint32_t ProfileFit::score() const
{
    if (!fits_ || values_ == 0 || !isProven())
        return 0;
    const auto probes = static_cast<std::uint32_t>(candidate_->opening.probes.size());
    return probes * probeScore + believable_ * quantityScore + values_;
}

// Simulators, unwired modules and gateways that answer for everybody hold nothing but zeros. Bits
// that are all off are nothing unusual.
bool ProfileFit::isProven() const
{
    return saysSomething_ || !candidate_->opening.probes.empty() || !walk_.models().empty();
}

void ProfileFit::advance()
{
    if (stage_ == Stage::Probes && step_ == candidate_->opening.probes.size()) {
        stage_ = Stage::Walk;
        step_ = 0;
    }
    if (stage_ == Stage::Walk && (!candidate_->opening.walksSunspec || !walk_.next())) {
        stage_ = Stage::Spans;
        plan();
    }
    if (stage_ == Stage::Spans && step_ == std::min(spans_.size(), mostSpans))
        stage_ = Stage::Over;
}

void ProfileFit::plan()
{
    for (std::size_t i = 0; i < candidate_->points.size(); ++i) {
        const Point& point = candidate_->points[i];
        const auto placed =
            point.sunspecModels.empty() ? std::optional(point) : placedIn(point, walk_.models());
        if (!placed)
            continue;
        points_.push_back(*placed);
        // Its range is that of the product, and nothing asks for the factors here.
        if (!placed->times.empty())
            points_.back().encoding.valid.reset();
        indices_.push_back(i);
    }
    // Whom every SunSpec device would fit, nobody does: model 1 is in all of them.
    const bool isOwn = std::ranges::any_of(points_, [](const Point& point) {
        return std::ranges::find(point.sunspecModels, 1) == point.sunspecModels.end();
    });
    if (isOwn)
        spans_ = mergeSpans(points_, candidate_->limits);
    else
        fits_ = false;
}

void ProfileFit::takeSpan(std::span<const std::uint16_t> words)
{
    const Span& span = spans_[step_];
    saysSomething_ |= holdsBits(span.table);
    for (const std::size_t index : span.points) {
        const Extent extent = points_[index].extent();
        const auto own = words.subspan(std::size_t{extent.address} - span.address, extent.count);
        const auto value = decode(points_[index], own);
        saysSomething_ |= std::ranges::any_of(own, [](std::uint16_t word) { return word != 0; });
        if (!value && value.error().kind == base::ErrorKind::Corrupt)
            fail();
        if (!value)
            continue;
        ++values_;
        const Quantity* quantity = quantityOf(candidate_->paths[indices_[index]]);
        const auto number = model::asNumber(*value);
        const bool isKnown = points_[index].times.empty(); // else its scale is not
        if (quantity == nullptr || !number || *number == 0.0 || !isKnown)
            continue;
        if (*number < quantity->smallest || *number > quantity->largest)
            fail();
        else
            ++believable_;
    }
}

void ProfileFit::fail()
{
    fits_ = false;
    stage_ = Stage::Over;
}

} // namespace causeway::bridges::modbus
