// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/lwm2m/attached_attributes.hpp"
#include "agent/lwm2m/observations.hpp"
#include "agent/lwm2m/server_account.hpp"
#include "agent/lwm2m/server_change.hpp"
#include "agent/lwm2m/server_view.hpp"

namespace causeway::lwm2m {

/// The server that asks, and what this client keeps for it.
struct Requester
{
    const ServerAccount& account;
    const ServerView& view;
    AttachedAttributes& attributes;
    Observations& observations;
    ProtocolVersion version = ProtocolVersion::V1_1;
};

/// What operations have done; after the answer has gone out.
class OperationsListener
{
public:
    virtual ~OperationsListener() = default;

    virtual void onWritten(const std::vector<model::Path>& paths) = 0;
    /// A Write or Execute is over, well or not; one entry for each Resource.
    virtual void onServerChanges(const std::vector<ServerChange>& changes) = 0;
    virtual void onInstancesChanged() = 0;
    virtual void onInstanceCreated(model::Id shortServerId) = 0;
    virtual void onAttributesWritten(const ServerAccount& account, const model::Path& path) = 0;
};

} // namespace causeway::lwm2m
