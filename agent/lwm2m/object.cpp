// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/object.hpp"

namespace causeway::lwm2m {

using model::Id;
using model::OutcomeCode;
using model::refuse;

std::vector<Id> Object::resourceInstances(Id, Id) const
{
    return {};
}

model::Operations Object::operations(Id, Id resource) const
{
    const auto* found = definition().find(resource);
    return found == nullptr ? model::Operations{} : found->operations;
}

model::Outcome Object::checkWrite(const std::vector<ResourceWrite>&) const
{
    return {};
}

// NOLINTBEGIN(performance-unnecessary-value-param): overrides move from what they get
void Object::write(Id, std::vector<ResourceWrite>, WriteMode, Done done)
{
    done(refuse(OutcomeCode::MethodNotAllowed, "this object takes no writes"));
}

void Object::execute(const model::Path&, const std::string&, Done done)
{
    done(refuse(OutcomeCode::MethodNotAllowed, "this object executes nothing"));
}

bool Object::takesPieces(const model::Path&) const
{
    return false;
}

bool Object::allowsResourceReplace() const
{
    return false;
}

bool Object::takesNew(Id) const
{
    return false;
}

void Object::forget(const model::Path&) {}

bool Object::allowsCreate() const
{
    return false;
}

void Object::create(std::vector<NewInstance>, Done done)
{
    done(refuse(OutcomeCode::MethodNotAllowed, "the instances of this object are fixed"));
}

void Object::removeInstances(const model::Path&, Done done)
{
    done(refuse(OutcomeCode::MethodNotAllowed, "the instances of this resource are fixed"));
}

void Object::writePiece(ResourcePiece, Done done)
{
    done(refuse(OutcomeCode::MethodNotAllowed, "this object takes no pieces"));
}

// NOLINTEND(performance-unnecessary-value-param)

void Object::remove(Id, Done done)
{
    done(refuse(OutcomeCode::MethodNotAllowed, "the instances of this object are fixed"));
}

std::optional<ObjectContent> Object::bootstrapContent() const
{
    return std::nullopt;
}

base::Expected<api::ClientState> Object::stateWith(const ObjectContent&) const
{
    return base::fail(base::ErrorKind::NotSupported, "this object is the device's own");
}

} // namespace causeway::lwm2m
