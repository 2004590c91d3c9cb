// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/api/bootstrap_store.hpp"
#include "agent/api/gateway_control.hpp"
#include "agent/api/inventory.hpp"
#include "agent/api/settings.hpp"
#include "agent/api/transport.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/object.hpp"
#include "agent/lwm2m/server_change.hpp"
#include "agent/model/definition.hpp"

namespace causeway::lwm2m {

/// What a Client tells the device it belongs to; never from inside a call of its owner.
class ClientListener
{
public:
    virtual ~ClientListener() = default;

    /// A registration's state, error or channel changed: read status() again.
    virtual void onStatusChanged() = 0;

    /// Small texts to keep over a restart (api::Inventory::keepClientState).
    virtual void onClientState(const api::ClientState& changes) = 0;

    /// A server has written or executed something, or tried to; for the journal.
    virtual void onServerChanges(const std::vector<ServerChange>& changes) = 0;

    using Kept = base::UniqueFunction<void(base::Expected<void>)>;

    /// A Bootstrap-Server has finished, consistently: keep all of it or nothing, then say which
    /// (api::BootstrapStore). The client goes on with the accounts it has.
    virtual void onDelivery(api::BootstrapResult delivery, Kept kept) = 0;

    /// Time for a new client, with the accounts that were kept.
    virtual void onBootstrapped() = 0;
};

struct ClientSettings
{
    std::string logName; ///< the device's name
    std::string endpointName;
    std::vector<api::DeviceAccount> accounts; ///< at most one of a Bootstrap-Server
    api::ClientState state;                   ///< what onClientState() kept
    api::Traffic* traffic = nullptr;          ///< where its sessions count; outlives it
    /// Under which servers find the Objects, "lwm2m" (LwM2M Core §6.2.1); empty: the root.
    std::string rootPath{};
    std::vector<std::string> registerAttributes{}; ///< of Register, beside the standard's: "gw=a"
};

/// One LwM2M Client: the Objects, registrations and observations of one device. Main thread.
/// The transport, scheduler, definitions and listener outlive it.
class Client
{
public:
    Client(ClientSettings settings,
           api::Transport& transport,
           base::Scheduler& scheduler,
           const model::Definitions& definitions,
           ClientListener& listener);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Before start(). Security (0), Server (1) and Access Control (2) are the Client's own; Device
    /// (3) comes from the owner.
    void addObject(std::unique_ptr<Object> object);

    /// Registers with every server, each by itself; with none, asks the Bootstrap-Server. `delay`
    /// spreads many devices over time.
    void start(base::Duration delay);

    /// De-registers everywhere, then `done`; bounded by `limit`, whatever the servers do.
    void stop(base::Duration limit, base::Task done);

    /// New values of these Resources may be read now; observations are evaluated.
    void onValuesChanged(const std::vector<model::Path>& paths);

    /// Instances came or went: Update with the new list.
    void onInstancesChanged();

    /// An account's credential or the key store changed: a waiting registration tries at once, one
    /// with a session closes it and connects anew.
    void onCredentialChanged(const std::string& server);

    /// Update now, or Register when not registered; empty means every server. False: no such
    /// account.
    bool updateNow(const std::string& server);

    using SendDone = base::UniqueFunction<void(base::Expected<void>)>;

    /// Send: the values at and below `paths`, unasked; an empty server means all of them. `done`
    /// comes once, later, when every server has answered, with the first error if there was one.
    void send(const std::string& server, const std::vector<model::Path>& paths, SendDone done);

    [[nodiscard]] std::vector<api::RegistrationStatus> status() const;

private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace causeway::lwm2m
