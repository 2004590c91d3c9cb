// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/software_object.hpp"

#include <array>
#include <numeric>
#include <utility>

#include "agent/lwm2m/objects/single_object.hpp"

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Id;
using model::OutcomeCode;
using model::Path;
using model::refuse;
using model::Value;

namespace {

constexpr Id softwareObject = 9;

namespace resource {
constexpr Id name = 0;
constexpr Id version = 1;
constexpr Id package = 2;
constexpr Id uri = 3;
constexpr Id install = 4;
constexpr Id uninstall = 6;
constexpr Id state = 7;
constexpr Id result = 9;
constexpr Id activate = 10;
constexpr Id deactivate = 11;
constexpr Id activation = 12;
} // namespace resource

constexpr std::array present{resource::name,
                             resource::version,
                             resource::package,
                             resource::uri,
                             resource::install,
                             resource::uninstall,
                             resource::state,
                             resource::result,
                             resource::activate,
                             resource::deactivate,
                             resource::activation};

} // namespace

SoftwareObject::SoftwareObject(const model::ObjectDefinition& definition,
                               std::vector<Component> components,
                               base::Scheduler& scheduler,
                               Access access)
    : definition_(definition)
    , components_(std::move(components))
    , scheduler_(scheduler)
    , access_(access)
{}

std::vector<Id> SoftwareObject::instances() const
{
    std::vector<Id> ids(components_.size());
    std::iota(ids.begin(), ids.end(), Id{0});
    return ids;
}

std::vector<Id> SoftwareObject::resources(Id) const
{
    return definedOf(definition_, present);
}

SoftwareUpdate& SoftwareObject::updateOf(Id instance) const
{
    return components_.at(instance).update;
}

model::Operations SoftwareObject::operations(Id instance, Id resource) const
{
    auto operations = Object::operations(instance, resource);
    if (access_ == Access::ReadOnly)
        operations.write = operations.execute = false;
    return operations;
}

Expected<model::Sample> SoftwareObject::read(const Path& path) const
{
    const auto sampleOf = [&](Value value) {
        return model::Sample{path, std::move(value), scheduler_.wallNow()};
    };
    const auto& update = updateOf(path.instance());
    switch (path.resource()) {
    case resource::name:
        return sampleOf(Value(components_.at(path.instance()).name));
    case resource::version: // nobody tells it: a package is what its check and installer know
        return sampleOf(Value(std::string()));
    case resource::state:
        return sampleOf(Value(update.reportedState()));
    case resource::result:
        return sampleOf(Value(static_cast<std::int64_t>(update.result())));
    case resource::activation:
        return sampleOf(Value(update.isActive()));
    default:
        return fail(ErrorKind::NotFound, "no such resource");
    }
}

void SoftwareObject::write(Id instance, std::vector<ResourceWrite> values, WriteMode, Done done)
{
    if (values.empty()) // all that was written is optional and not here
        return done({});
    if (values.size() > 1)
        return done(refuse(OutcomeCode::BadRequest, "either a package or its URI is written"));
    auto& [path, value] = values.front();
    if (const auto* uri = std::get_if<std::string>(&value))
        return updateOf(instance).writeUri(*uri, std::move(done));
    ResourcePiece whole;
    whole.path = path;
    whole.octets = std::get<base::Bytes>(std::move(value));
    updateOf(instance).write(std::move(whole), std::move(done));
}

bool SoftwareObject::takesPieces(const Path& resource) const
{
    return resource.resource() == resource::package;
}

void SoftwareObject::writePiece(ResourcePiece piece, Done done)
{
    // A first piece is refused as a whole package would be, before anything is kept of it.
    if (access_ == Access::ReadOnly)
        return done(refuse(OutcomeCode::MethodNotAllowed, "servers may not write here"));
    auto& update = updateOf(piece.path.instance());
    update.write(std::move(piece), std::move(done));
}

void SoftwareObject::execute(const Path& path, const std::string& arguments, Done done)
{
    auto& update = updateOf(path.instance());
    switch (path.resource()) {
    case resource::install:
        return update.install(std::move(done));
    case resource::uninstall:
        return update.uninstall(arguments, std::move(done));
    case resource::activate:
        return update.activate(std::move(done));
    default:
        return update.deactivate(std::move(done));
    }
}

std::vector<Path> changingSoftwareResources(Id instance)
{
    const Path path{softwareObject, instance};
    return {path.child(resource::state),
            path.child(resource::result),
            path.child(resource::activation)};
}

} // namespace causeway::lwm2m
