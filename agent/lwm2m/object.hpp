// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/api/inventory.hpp"
#include "agent/base/bytes.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/model/definition.hpp"
#include "agent/model/outcome.hpp"
#include "agent/model/sample.hpp"

namespace causeway::lwm2m {

/// One value on its way in: a Resource, or a Resource Instance of a multiple one.
struct ResourceWrite
{
    model::Path path;
    model::Value value;
};

/// An Object Instance on its way in.
struct NewInstance
{
    model::Id id = 0;
    std::vector<ResourceWrite> values;
};

/// A part of an Opaque value that is too long to be kept in memory as a whole.
struct ResourcePiece
{
    model::Path path;
    model::Id server = 0;               ///< Short Server ID of who sends it
    std::uint64_t offset = 0;           ///< 0 begins anew
    std::optional<std::uint64_t> total; ///< octets, when the server has told
    bool isLast = true;
    base::Bytes octets;
};

/// LwM2M Core §6.3.3: Replace drops what of the instance is not in the payload, ReplaceResource
/// what of the one multiple Resource is not, PartialUpdate leaves all of that alone.
enum class WriteMode : std::uint8_t { Replace, ReplaceResource, PartialUpdate };

/// What a Bootstrap-Server finds of an Object, or leaves of it.
struct ObjectContent
{
    std::set<model::Id> instances;
    std::map<model::Path, model::Value> values; ///< Resources and Resource Instances
    std::set<model::Path> empty{};              ///< multiple Resources without Resource Instances
    std::map<model::Path, base::TimePoint> writtenAt{}; ///< what the Bootstrap-Server has written
};

/// What every Object of a Client answers. Main thread. `operations` has already checked existence,
/// access, the definition's operations, type and range: an Object only does, or says why it cannot.
/// Callbacks run exactly once, at once or later, also when the Object goes first.
class Object
{
public:
    using Done = base::UniqueFunction<void(model::Outcome)>;

    Object() = default;
    virtual ~Object() = default;
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    [[nodiscard]] virtual const model::ObjectDefinition& definition() const = 0;

    /// Ascending.
    [[nodiscard]] virtual std::vector<model::Id> instances() const = 0;

    /// The instantiated Resources of an instance, executable ones included, ascending.
    [[nodiscard]] virtual std::vector<model::Id> resources(model::Id instance) const = 0;

    /// Of a multiple Resource, ascending; may be empty.
    [[nodiscard]] virtual std::vector<model::Id> resourceInstances(model::Id instance,
                                                                   model::Id resource) const;

    /// What this device can do with the Resource: at most what the definition allows.
    [[nodiscard]] virtual model::Operations operations(model::Id instance,
                                                       model::Id resource) const;

    /// A single Resource, or one Resource Instance, that exists. Fails when no value is known.
    [[nodiscard]] virtual base::Expected<model::Sample> read(const model::Path& path) const = 0;

    /// Whether servers may add and remove Resource Instances, also by replacing the Resource;
    /// false unless the Object says otherwise, and then it never gets ReplaceResource.
    [[nodiscard]] virtual bool allowsResourceReplace() const;

    /// Whether a Write may bring a Resource that is not instantiated; false unless the Object says
    /// otherwise, and then it is left out of a Write of an instance, and not found by itself.
    [[nodiscard]] virtual bool takesNew(model::Id resource) const;
    /// Takes back a Resource that such a Write has brought: it is not instantiated any more, and
    /// what counts is as without it.
    virtual void forget(const model::Path& resource);

    /// Removes one Resource Instance, or all of a multiple Resource, which stays, empty. Only asked
    /// for where allowsResourceReplace().
    virtual void removeInstances(const model::Path& target, Done done);

    /// Whether these could be written, as far as that can be told without the device; does nothing.
    /// Success unless the Object says otherwise. Who writes to several Objects asks all of them
    /// before the first.
    [[nodiscard]] virtual model::Outcome checkWrite(const std::vector<ResourceWrite>& values) const;
    /// All of `values` or none, as far as the device can promise it.
    virtual void
    write(model::Id instance, std::vector<ResourceWrite> values, WriteMode mode, Done done);

    /// Whether an Opaque Resource may come in pieces; false unless the Object says otherwise.
    [[nodiscard]] virtual bool takesPieces(const model::Path& resource) const;
    /// In order; success asks for the next piece. Whole values still come by write().
    virtual void writePiece(ResourcePiece piece, Done done);

    virtual void execute(const model::Path& path, const std::string& arguments, Done done);

    /// Whether a server may Create one more instance now; false unless the Object says otherwise.
    [[nodiscard]] virtual bool allowsCreate() const;
    /// All of `instances` or none; at least one, ascending.
    virtual void create(std::vector<NewInstance> instances, Done done);
    virtual void remove(model::Id instance, Done done);

    /// What a Bootstrap-Server may replace; nothing where all that is there comes from the device
    /// and its profile.
    [[nodiscard]] virtual std::optional<ObjectContent> bootstrapContent() const;
    /// What is to be kept (empty texts: no more) for the Object of the next client to be as
    /// `content` says; nothing changes now. InvalidArgument when that cannot be. Only asked for
    /// where there is a bootstrapContent().
    [[nodiscard]] virtual base::Expected<api::ClientState>
    stateWith(const ObjectContent& content) const;
};

} // namespace causeway::lwm2m
