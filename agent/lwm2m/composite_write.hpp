// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "agent/base/lifetime.hpp"
#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/write_plan.hpp"

namespace causeway::lwm2m {

/// Writes one Object Instance after the other; when one refuses, those already written get back
/// what they had. Lives until its end in the callbacks it hands out.
class CompositeWrite : public std::enable_shared_from_this<CompositeWrite>
{
public:
    /// Who owns the tree, and what is alive as long as it may be used.
    struct Place
    {
        const ObjectTree& tree;
        const base::Lifetime& lifetime;
    };

    /// `done` runs once, unless the tree goes first.
    static void run(const Place& place, std::vector<WritePlan> plans, Object::Done done);

    CompositeWrite(const Place& place, std::vector<WritePlan> plans, Object::Done done);

private:
    /// What an Object Instance had before it was written.
    struct Before
    {
        model::Id object = 0;
        model::Id instance = 0;
        std::size_t changes = 0; ///< that were asked for
        std::vector<ResourceWrite> values{};
        std::vector<model::Path> absent{}; ///< Resources, and Resource Instances of those there
    };

    void writeNext();
    void onWritten(model::Outcome outcome);
    void undo();
    void undo(Before& before);
    [[nodiscard]] bool hasInstance(model::Id object, model::Id instance) const;
    [[nodiscard]] Before beforeOf(const WritePlan& plan) const;
    void note(const model::Path& path, Before& before) const;

    const Place place_;
    std::vector<WritePlan> plans_;
    std::vector<Before> before_; ///< of those written, and of the one being written
    Object::Done done_;
};

} // namespace causeway::lwm2m
