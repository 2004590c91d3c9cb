// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/object.hpp"

namespace causeway::lwm2m {

/// The Objects of one client, by ID. Answers what exists and what its values are.
class ObjectTree
{
public:
    /// One per ID; a second one replaces the first.
    void add(std::unique_ptr<Object> object);

    /// nullptr when the client has no such Object.
    [[nodiscard]] Object* find(model::Id object) const;

    [[nodiscard]] const std::vector<std::unique_ptr<Object>>& objects() const { return objects_; }

    /// Object, Object Instance, Resource or Resource Instance: is it instantiated?
    [[nodiscard]] bool contains(const model::Path& path) const;

    /// Whether a Write may bring the Resource, which is not instantiated.
    [[nodiscard]] bool takesNew(const model::Path& resource) const;

    /// True for a Resource, or something below it, that its definition calls multiple.
    [[nodiscard]] bool isMultiple(const model::Path& path) const;

    /// What can be done with the Resource that `path` names or lies in.
    [[nodiscard]] model::Operations operations(const model::Path& path) const;

    /// The readable values at and below `target`, which exists, as encode() wants them. Of an
    /// Object or an instance, what has no value now is left out; of a Resource it is the error.
    /// With the time at which it was taken where the Object knows one.
    [[nodiscard]] base::Expected<std::vector<Record>> read(const model::Path& target) const;

private:
    std::vector<std::unique_ptr<Object>> objects_; ///< ascending; few, so no map
};

} // namespace causeway::lwm2m
