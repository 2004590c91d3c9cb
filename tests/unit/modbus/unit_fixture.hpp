// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridges/modbus/rtu_framing.hpp"
#include "bridges/modbus/unit.hpp"
#include "tests/unit/modbus/register_device.hpp"

namespace causeway::bridges::modbus {

/// A Unit on a Line, and the RegisterDevice that it talks to.
struct UnitFixture
{
    fakes::FakeScheduler scheduler;
    FakeLink* link = nullptr;
    RegisterDevice device;
    std::vector<model::Sample> samples;
    std::vector<api::MissingValue> missing;
    std::vector<AvailabilityChange> changes; ///< without rewordings
    std::map<std::string, std::uint64_t> counters;
    Unit::Settings settings;
    std::unique_ptr<Line> line;
    std::unique_ptr<Unit> unit;

    /// A float Resource in a holding register.
    Point& add(std::uint16_t address, RegisterTable table = RegisterTable::HoldingRegister)
    {
        Point point;
        point.table = table;
        point.address = address;
        if (holdsBits(table)) {
            point.encoding.type = RawType::Bit;
            point.valueType = model::ResourceType::Boolean;
        }
        settings.points.push_back(point);
        settings.paths.push_back(pathOf(settings.points.size() - 1));
        return settings.points.back();
    }

    static model::Path pathOf(std::size_t point)
    {
        return {3303, static_cast<model::Id>(point), 5700};
    }

    void start()
    {
        auto fake = std::make_unique<FakeLink>(scheduler);
        link = fake.get();
        link->onSent = [this](const base::Bytes& frame) {
            const auto reply = device.answer(frame);
            if (!reply.empty())
                link->arrive(reply, std::chrono::milliseconds(5));
        };
        LineParts parts{std::move(fake),
                        std::make_unique<RtuFraming>(std::chrono::milliseconds(600)),
                        std::chrono::milliseconds(100),
                        true};
        line =
            std::make_unique<Line>(scheduler, LineTuning{}, std::move(parts), [](const auto&) {});
        unit = std::make_unique<Unit>(
            scheduler, *line, settings, [this](const UnitReport& report) { take(report); });
        line->open();
        unit->start();
    }

    void take(const UnitReport& report)
    {
        samples.insert(samples.end(), report.samples.begin(), report.samples.end());
        missing.insert(missing.end(), report.missing.begin(), report.missing.end());
        if (report.availability && !report.availability->isReworded)
            changes.push_back(*report.availability);
        counters = report.counters;
    }

    /// The newest value of a point, as text; empty when there is none.
    [[nodiscard]] std::string newest(std::size_t point) const
    {
        std::string text;
        for (const auto& sample : samples) {
            if (sample.path == pathOf(point))
                text = model::toText(sample.value);
        }
        return text;
    }

    [[nodiscard]] base::Expected<void> write(std::size_t point, std::vector<std::uint16_t> words)
    {
        base::Expected<void> result = base::fail(base::ErrorKind::Internal, "no answer");
        unit->write(point, std::move(words), [&](base::Expected<void> ended) {
            result = std::move(ended);
        });
        scheduler.advance(std::chrono::milliseconds(900));
        return result;
    }
};

} // namespace causeway::bridges::modbus
