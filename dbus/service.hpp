// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "agent/api/credential_lists.hpp"
#include "agent/api/gateway_control.hpp"
#include "agent/api/key_store_control.hpp"
#include "agent/api/renewal_overview.hpp"
#include "agent/api/smartcard.hpp"
#include "agent/base/event_loop.hpp"

namespace causeway::dbus {

class ExportedTree;

/// Who may change things. Neither value lets more callers in on the system bus than polkit does.
enum class Authorisation : std::uint8_t {
    /// polkit on the system bus; on another bus root and the daemon's own user, nobody else.
    Automatic,
    Polkit, ///< polkit everywhere; it is then looked for on the bus in use
};

/// What the service drives; all of it outlives it.
struct Controls
{
    api::GatewayControl& gateway;
    api::CredentialLists& lists;
    api::KeyStoreControl& keyStore;
    const api::RenewalOverview& renewals;
    const api::SmartcardOverview& smartcard;
};

struct ServiceSettings
{
    std::string busAddress; ///< empty means the system bus
    std::string version;    ///< what the property Version says
    Authorisation authorisation = Authorisation::Automatic;
    /// polkit answers in milliseconds when it need not ask a person.
    std::chrono::milliseconds polkitPatience{5000};
    /// A bus daemon that restarts is back within a second or two.
    std::chrono::milliseconds busRetry{5000};
};

/// org.causeway.Gateway1 on the bus: exports the gateway, its lines, servers and devices, and
/// announces what changes. Main thread. The constructor throws when there is no bus or the name is
/// taken; a bus that goes away later is logged and tried again until it is back.
class Service final : private api::GatewayListener
{
public:
    /// Becomes the gateway's listener.
    Service(base::EventLoop& loop, const Controls& controls, ServiceSettings settings);
    ~Service() override;
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// Of the machine, by logind; see Logind.
    void reboot(base::UniqueFunction<void(base::Expected<void>)> done);

private:
    void onGatewayChanged() override;
    void onLineAdded(const std::string& name) override;
    void onLineChanged(const std::string& name) override;
    void onLineRemoved(const std::string& name) override;
    void onServerAdded(const std::string& name) override;
    void onServerChanged(const std::string& name) override;
    void onServerRemoved(const std::string& name) override;
    void onDeviceAdded(const std::string& name) override;
    void onDeviceChanged(const std::string& name) override;
    void onDeviceRemoved(const std::string& name) override;
    void onSamples(const std::string& device, const std::vector<model::Sample>& samples) override;

    void connect();
    void reconnect();

    base::EventLoop& loop_;
    Controls controls_;
    ServiceSettings settings_;
    base::Timer retry_;
    std::unique_ptr<ExportedTree> tree_; ///< nothing while the bus is away
};

} // namespace causeway::dbus
