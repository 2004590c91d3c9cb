// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/expected.hpp"
#include "agent/model/path.hpp"
#include "agent/model/value.hpp"

namespace causeway::model {

/// The Operations column of an Object definition. All false: bootstrap interface only.
struct Operations
{
    bool read = false;
    bool write = false;
    bool execute = false;
    bool operator==(const Operations&) const = default;
};

/// Inclusive. For String and Opaque a length in octets, else a value.
struct Range
{
    double smallest;
    double largest;
};

/// One Resource of an Object definition.
struct ResourceDefinition
{
    Id id = 0;
    std::string name;
    Operations operations;
    bool isMultiple = false;
    bool isMandatory = false;
    ResourceType type = ResourceType::None;
    std::optional<Range> range;
    std::string units;
};

/// One Object as the OMA registry defines it; shared by all devices, never changed once loaded.
struct ObjectDefinition
{
    Id id = 0;
    std::string name;
    std::string version = "1.0";
    bool isMultiple = false;
    bool isMandatory = false;
    std::vector<ResourceDefinition> resources; ///< ascending by id

    [[nodiscard]] const ResourceDefinition* find(Id resource) const;
};

/// Checks type and range of a value that is to become `definition`'s; converts numbers that lose
/// nothing. The error is a sentence for the peer.
[[nodiscard]] base::Expected<Value> admit(const ResourceDefinition& definition, const Value& value);

/// The definitions this process knows: the ones built in (built_in_definitions), then the
/// operator's own (bridges/object_file). Immutable after start, so any thread may read it.
class Definitions
{
public:
    void add(ObjectDefinition definition);
    [[nodiscard]] const ObjectDefinition* find(Id object) const;
    [[nodiscard]] const ResourceDefinition* find(const Path& resource) const;

private:
    std::map<Id, ObjectDefinition> objects_;
};

/// Objects 0 to 7, 9, 16, 19, 20, 25, 3442 and the IPSO and meter objects that profiles map. Facts
/// from the OMA LwM2M registry.
[[nodiscard]] Definitions builtInDefinitions();

} // namespace causeway::model
