// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/firmware_object.hpp"

#include <array>
#include <numeric>
#include <utility>

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

constexpr Id firmwareObject = 5;

namespace resource {
constexpr Id package = 0;
constexpr Id uri = 1;
constexpr Id update = 2;
constexpr Id state = 3;
constexpr Id result = 5;
constexpr Id protocols = 8;
constexpr Id delivery = 9;
constexpr Id cancel = 10;
} // namespace resource

constexpr std::array present{resource::package,
                             resource::uri,
                             resource::update,
                             resource::state,
                             resource::result,
                             resource::protocols,
                             resource::delivery,
                             resource::cancel};

constexpr std::int64_t pushAndPull = 2; // /5/0/9

} // namespace

FirmwareObject::FirmwareObject(const model::ObjectDefinition& definition,
                               FirmwareUpdate& update,
                               base::Scheduler& scheduler,
                               Access access)
    : SingleObject(definition, scheduler)
    , update_(update)
    , access_(access)
{}

std::vector<Id> FirmwareObject::resources(Id) const
{
    return definedOf(definition(), present);
}

std::vector<Id> FirmwareObject::resourceInstances(Id, Id resource) const
{
    std::vector<Id> ids(resource == resource::protocols ? update_.protocols().size() : 0);
    std::iota(ids.begin(), ids.end(), Id{0});
    return ids;
}

std::int64_t FirmwareObject::protocolAt(std::size_t index) const
{
    return static_cast<std::int64_t>(update_.protocols().at(index));
}

model::Operations FirmwareObject::operations(Id instance, Id resource) const
{
    auto operations = SingleObject::operations(instance, resource);
    if (access_ == Access::ReadOnly)
        operations.write = operations.execute = false;
    return operations;
}

Expected<model::Sample> FirmwareObject::read(const Path& path) const
{
    switch (path.resource()) {
    case resource::uri:
        return sampleOf(path, Value(update_.uri()));
    case resource::protocols:
        return sampleOf(path, Value(protocolAt(path.resourceInstance())));
    case resource::state:
        return sampleOf(path, Value(update_.reportedState()));
    case resource::result:
        return sampleOf(path, Value(static_cast<std::int64_t>(update_.result())));
    case resource::delivery:
        return sampleOf(path, Value(pushAndPull));
    default:
        return fail(ErrorKind::NotFound, "no such resource");
    }
}

void FirmwareObject::write(Id, std::vector<ResourceWrite> values, WriteMode, Done done)
{
    if (values.empty()) // all that was written is optional and not here
        return done({});
    if (values.size() > 1)
        return done(refuse(OutcomeCode::BadRequest, "either a package or its URI is written"));
    auto& [path, value] = values.front();
    if (const auto* uri = std::get_if<std::string>(&value))
        return update_.writeUri(*uri, std::move(done));
    ResourcePiece whole;
    whole.path = path;
    whole.octets = std::get<base::Bytes>(std::move(value));
    update_.write(std::move(whole), std::move(done));
}

bool FirmwareObject::takesPieces(const Path& resource) const
{
    return resource.resource() == resource::package;
}

void FirmwareObject::writePiece(ResourcePiece piece, Done done)
{
    // A first piece is refused as a whole package would be, before anything is kept of it.
    if (access_ == Access::ReadOnly)
        return done(refuse(OutcomeCode::MethodNotAllowed, "servers may not write here"));
    update_.write(std::move(piece), std::move(done));
}

void FirmwareObject::execute(const Path& path, const std::string&, Done done)
{
    if (path.resource() == resource::update)
        update_.update(std::move(done));
    else
        update_.cancel(std::move(done));
}

std::vector<Path> changingFirmwareResources()
{
    const Path instance{firmwareObject, 0};
    return {instance.child(resource::uri),
            instance.child(resource::state),
            instance.child(resource::result)};
}

} // namespace causeway::lwm2m
