// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/account.hpp"

#include "agent/lwm2m/object_links.hpp"

namespace causeway::lwm2m {

Account::Account(ServerAccount server,
                 const Shared& shared,
                 base::UniqueFunction<void()> onStatusChanged)
    : server_(std::move(server))
    , tree_(shared.tree)
    , operations_(shared.operations)
    , onStatusChanged_(std::move(onStatusChanged))
    , registration_(shared.identity, server_, shared.transport, shared.scheduler, *this)
    , observations_(
          {shared.tree, shared.definitions, server_, attributes_}, registration_, shared.scheduler)
{}

Account::~Account() = default;

api::RegistrationStatus Account::status() const
{
    auto status = registration_.status();
    status.observations = static_cast<std::uint32_t>(observations_.size());
    return status;
}

std::string Account::objectLinks(ProtocolVersion version) const
{
    return registrationLinks(tree_, version);
}

void Account::onRegistered(bool isNew)
{
    if (isNew) // LwM2M Core §6.2.1: Register ends every observation
        observations_.clear();
    observations_.resume();
}

void Account::onSessionEnded()
{
    observations_.pause();
}

void Account::onRequest(api::Request request, api::Respond respond)
{
    Requester requester{server_, attributes_, observations_, registration_.version()};
    operations_.perform(requester, request, std::move(respond));
}

void Account::onReset(const api::Token& token)
{
    observations_.remove(token);
}

void Account::onStatusChanged()
{
    onStatusChanged_();
}

} // namespace causeway::lwm2m
