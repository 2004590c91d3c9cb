// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/base/unique_function.hpp"
#include "agent/lwm2m/attached_attributes.hpp"
#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/observations.hpp"
#include "agent/lwm2m/operations.hpp"
#include "agent/lwm2m/registration.hpp"
#include "agent/lwm2m/server_account.hpp"
#include "agent/lwm2m/server_view.hpp"

namespace causeway::lwm2m {

/// What an Account tells the client it belongs to.
class AccountListener
{
public:
    virtual ~AccountListener() = default;

    virtual void onStatusChanged() = 0;
    /// The server has the client, for the first time or anew.
    virtual void onRegistered(ServerAccount& server) = 0;
    /// Whether a Bootstrap-Server does not work on the accounts right now.
    [[nodiscard]] virtual bool takesRequests() const = 0;
    /// The retry sequences of this server are used up, or it does not want this client; its
    /// registration tries again after a long pause.
    virtual void onGaveUp(const ServerAccount& server) = 0;
    /// Something of the account that survives a restart has changed.
    virtual void onAccountChanged(const ServerAccount& server) = 0;
};

/// One server in the life of one client: its account, its registration, what it attached and what
/// it observes. Joins them; decides nothing.
class Account final : private RegistrationListener
{
public:
    /// What all accounts of a client share; outlives them.
    struct Shared
    {
        const Registration::Identity& identity;
        const ObjectTree& tree;
        const AccessControl* access; ///< nullptr with one server and no delivered rules
        Operations& operations;
        api::Transport& transport;
        base::Scheduler& scheduler;
        const model::Definitions& definitions;
    };

    Account(ServerAccount server, const Shared& shared, AccountListener& listener);
    ~Account() override;
    Account(const Account&) = delete;
    Account& operator=(const Account&) = delete;

    [[nodiscard]] ServerAccount& server() { return server_; }

    [[nodiscard]] AttachedAttributes& attributes() { return attributes_; }

    [[nodiscard]] Observations& observations() { return observations_; }

    [[nodiscard]] Registration& registration() { return registration_; }

    [[nodiscard]] api::RegistrationStatus status() const;

    using SendDone = base::UniqueFunction<void(base::Expected<void>)>;

    /// Send (LwM2M Core §6.4.6) of the values at and below `paths`, the newest, each with
    /// the time at which it was taken at the device, or now. Refused when
    /// the server has muted it (/1/x/23), when it speaks LwM2M 1.0, and when there is nothing that
    /// it may read.
    void send(const std::vector<model::Path>& paths, SendDone done);

private:
    [[nodiscard]] std::string objectLinks(ProtocolVersion version) const override;
    void onRegistered(bool isNew) override;
    void onSessionEnded() override;
    [[nodiscard]] bool takesRequests() const override;
    void onRequest(api::Request request, api::Respond respond) override;
    [[nodiscard]] bool takesPieces(const api::Request& head) const override;
    void onReset(const api::Token& token) override;
    void onGaveUp() override;
    void onDisabledUntilChanged() override;
    void onStatusChanged() override;

    [[nodiscard]] base::Expected<api::Request>
    sendRequest(const std::vector<model::Path>& paths) const;

    ServerAccount server_;
    const std::string& root_; ///< the alternate path
    const ObjectTree& tree_;
    Operations& operations_;
    base::Scheduler& scheduler_;
    const model::Definitions& definitions_;
    AccountListener& listener_;
    ServerView view_;
    AttachedAttributes attributes_;
    Registration registration_;
    Observations observations_;
};

} // namespace causeway::lwm2m
