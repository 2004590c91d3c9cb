// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "agent/bridged_object.hpp"
#include "agent/field_side.hpp"
#include "tests/fakes/fake_bridge.hpp"
#include "tests/fakes/fake_scheduler.hpp"

namespace causeway::tests {

/// A relay board with one input: /3306/0/5850 can be written, /3306/1/5850 only by the operator,
/// /3306/0/5750 is a constant.
struct FieldFixture : agent::FieldListener
{
    FieldFixture()
        : mapping{{{3306, 0, 5750},
                   {.read = true},
                   false,
                   model::Value(std::string("K1")),
                   "constant"},
                  {{3306, 0, 5850}, {.read = true, .write = true}, true, std::nullopt, "coil 0"},
                  {{3306, 1, 5850}, {.read = true, .write = true}, false, std::nullopt, "coil 1"}}
        , field(mapping, scheduler, *this)
    {
        auto owned = std::make_unique<fakes::FakeBridge>(scheduler, mapping);
        bridge = owned.get();
        bridge->values = {{relay0, false}, {relay1, false}};
        field.setBridge(std::move(owned), {});
    }

    void onSamples(const std::vector<model::Sample>& samples) override
    {
        told.insert(told.end(), samples.begin(), samples.end());
    }

    void onMissing(const std::vector<model::Path>& paths) override
    {
        missing.insert(missing.end(), paths.begin(), paths.end());
    }

    void onFieldChanged() override { ++changes; }

    static constexpr model::Path relay0{3306, 0, 5850};
    static constexpr model::Path relay1{3306, 1, 5850};

    fakes::FakeScheduler scheduler;
    std::vector<api::MappedResource> mapping;
    std::vector<model::Sample> told;
    std::vector<model::Path> missing;
    int changes = 0;
    fakes::FakeBridge* bridge = nullptr;
    agent::FieldSide field;
};

} // namespace causeway::tests
