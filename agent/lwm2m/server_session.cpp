// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/server_session.hpp"

#include <utility>

#include "agent/api/device_account.hpp"

namespace causeway::lwm2m {

ServerSession::ServerSession(const ClientIdentity& identity,
                             const api::ServerSettings& account,
                             api::Transport& transport,
                             base::Scheduler& scheduler,
                             api::SessionListener& listener)
    : identity_(identity)
    , account_(account)
    , transport_(transport)
    , scheduler_(scheduler)
    , listener_(listener)
{}

void ServerSession::open(bool mayResume)
{
    session_ = transport_.open({.logName = identity_.logName,
                                .uri = account_.uri,
                                .securityMode = api::channelMode(account_.securityMode),
                                .credential = {identity_.logName, account_.name},
                                .allowsCbcWithoutEtm = account_.allowsCbcWithoutEtm,
                                .cipherSuites = account_.cipherSuites,
                                .mayResume = mayResume,
                                .server = account_.identity,
                                .traffic = identity_.traffic},
                               listener_);
}

void ServerSession::noteChannel(const api::ChannelFacts& facts)
{
    channel_ = std::make_unique<api::ChannelFacts>(facts);
    channelSince_ = scheduler_.wallNow();
}

void ServerSession::close()
{
    ++requestNumber_;
    channel_.reset();
    if (!session_)
        return;
    session_->close();
    retired_ = std::move(session_);
    scheduler_.post(lifetime_.guard([this] { retired_.reset(); }));
}

void ServerSession::ask(api::Request request, Answered answered)
{
    session_->request(
        std::move(request),
        lifetime_.guard([this, number = ++requestNumber_, answered = std::move(answered)](
                            base::Expected<api::Response> answer) mutable {
            if (number == requestNumber_)
                answered(std::move(answer));
        }));
}

base::TimePoint ServerSession::lastHeardAt() const
{
    return session_ ? session_->lastHeardAt().value_or(base::TimePoint()) : base::TimePoint();
}

api::RegistrationStatus ServerSession::status() const
{
    api::RegistrationStatus status;
    status.server = account_.name;
    status.uri = account_.uri;
    status.isBootstrap = account_.isBootstrap;
    status.isBootstrapped = api::isBootstrapped(account_);
    if (!channel_)
        return status;
    status.channel = *channel_;
    status.channel->discardedRecords = session_->discardedRecords();
    status.channelSince = channelSince_;
    if (const auto heardAt = session_->lastHeardAt())
        status.channelUsedAt = scheduler_.wallNow() - (scheduler_.now() - *heardAt);
    return status;
}

} // namespace causeway::lwm2m
