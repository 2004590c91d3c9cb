// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/gateway_control.hpp"
#include "agent/api/inventory.hpp"
#include "agent/api/web.hpp"
#include "agent/bridged_object.hpp"
#include "agent/field_side.hpp"
#include "agent/lwm2m/client.hpp"
#include "agent/lwm2m/traffic_collection.hpp"
#include "agent/machine_side.hpp"
#include "agent/server_change_journal.hpp"
#include "agent/updates/device_updates.hpp"

namespace causeway::lwm2m {
class DeviceObject;
struct DeviceIdentity;
} // namespace causeway::lwm2m

namespace causeway::agent {

/// What an attached device tells the gateway.
class DeviceListener
{
public:
    virtual ~DeviceListener() = default;
    virtual void onDeviceChanged(const std::string& device) = 0;
    virtual void onDeviceSamples(const std::string& device,
                                 const std::vector<model::Sample>& samples) = 0;

    using Kept = base::UniqueFunction<void(base::Expected<void>)>;
    /// `kept` hears of the end, whatever became of the device.
    virtual void
    onDeviceState(const std::string& device, const api::ClientState& changes, Kept kept) = 0;

    /// It runs other firmware now: what its bridge knows of it need not be true any more.
    virtual void onDeviceRenewed(const std::string& device) = 0;

    /// Gone when the device's LwM2M Client has begun anew.
    using Asker = std::weak_ptr<const char>;
    /// Its Bootstrap-Server delivered accounts: keep them, setAccounts() in front of `kept`.
    virtual void onDeviceDelivery(const std::string& device,
                                  const Asker& asker,
                                  api::BootstrapResult result,
                                  Kept kept) = 0;
};

/// What every device uses and the gateway owns.
struct DeviceServices
{
    api::Transport& transport;
    base::Scheduler& scheduler;
    const model::Definitions& definitions;
    const std::vector<model::Id>& addedObjects;
    DeviceListener& listener;
    bool allowsPlaintext = false; ///< also for firmware repositories
    std::string rootPath{};       ///< lwm2m::ClientSettings has it, and the next one
    std::vector<std::string> registerAttributes{};
    bool trustsStrangers = false;   ///< repositories that no account is for
    api::WebFetcher* web = nullptr; ///< none: neither http nor https is spoken
};

/// Everything one device is made from.
struct DevicePlan
{
    api::DeviceSettings settings;
    std::string endpointName;
    /// Shared by all devices of one profile; empty when the profile cannot be used.
    std::shared_ptr<const std::vector<api::MappedResource>> mapping;
    std::vector<api::DeviceAccount> accounts;
    api::ClientState state;
    std::unique_ptr<api::FirmwareStation> firmware; ///< none: its firmware cannot be updated
    DeviceSoftware::Stations software;              ///< none: it has no Object 9
    std::unique_ptr<MachineSide> host;              ///< of the gateway itself, which has no bridge
    std::string fault; ///< why it cannot run, in one sentence; empty when it can
};

/// One legacy device: its bridge and its LwM2M Client. Main thread. start() attaches, destroying it
/// detaches without a word; stop() says good-bye to the servers first.
class AttachedDevice final : private FieldListener, private lwm2m::ClientListener
{
public:
    AttachedDevice(DevicePlan plan, DeviceServices services);
    ~AttachedDevice() override;
    AttachedDevice(const AttachedDevice&) = delete;
    AttachedDevice& operator=(const AttachedDevice&) = delete;

    /// Begins to poll; before start(), or in place of a bridge that could not be made. Without a
    /// bridge, `reason` says why.
    void setBridge(std::unique_ptr<api::Bridge> bridge, const std::string& reason);
    /// `delay` is the client's, to spread many devices.
    void start(base::Duration delay);
    void stop(base::Duration limit, base::Task done);

    /// Instead of a new bridge, at the gateway itself.
    void lookSoon();

    /// The server accounts changed: the client starts anew with them.
    void setAccounts(std::vector<api::DeviceAccount> accounts);
    /// The same after a bootstrap: the client starts anew by itself, when the Bootstrap-Server has
    /// its answer.
    void keepAccounts(std::vector<api::DeviceAccount> accounts, const api::ClientState& changes);
    /// The keys of what is replaced, to go in the same transaction as what comes.
    void addOutdated(api::BootstrapResult& result) const;
    /// De-registers, soon, and registers with the accounts that are kept now.
    void beginAnew();
    void onCredentialChanged(const std::string& server);
    void keepState(const api::ClientState& changes, DeviceListener::Kept kept);
    bool updateNow(const std::string& server);
    void send(const std::string& server,
              const std::vector<model::Path>& paths,
              api::GatewayControl::Done done);

    [[nodiscard]] const api::DeviceSettings& settings() const { return plan_.settings; }

    [[nodiscard]] const std::vector<api::DeviceAccount>& accounts() const { return plan_.accounts; }

    [[nodiscard]] const std::string& endpointName() const { return plan_.endpointName; }

    [[nodiscard]] const api::ClientState& state() const { return plan_.state; }

    /// Its Objects as links, those of its accounts left out; empty without a client.
    [[nodiscard]] std::string objectLinks() const;

    [[nodiscard]] api::DeviceStatus status() const;

    [[nodiscard]] std::vector<model::Sample> newestSamples() const;
    void read(const model::Path& path, api::GatewayControl::SampleDone done);
    void write(const model::Path& path, const model::Value& value, api::GatewayControl::Done done);
    void
    execute(const model::Path& path, const std::string& arguments, api::GatewayControl::Done done);

private:
    void onSamples(const std::vector<model::Sample>& samples) override;
    void onMissing(const std::vector<model::Path>& paths) override;
    void onFieldChanged() override;
    void onStatusChanged() override;
    void onClientState(const api::ClientState& changes) override;
    void onServerChanges(const std::vector<lwm2m::ServerChange>& changes) override;
    void onDelivery(api::BootstrapResult result, lwm2m::ClientListener::Kept kept) override;
    void onBootstrapped() override;

    void follow(const api::ClientState& changes);
    void reboot();
    void resetToFactory();
    void forgetServers();
    void resetUpdates() const;

    [[nodiscard]] bool runs() const;
    void startClient(base::Duration delay);
    void restartClient();
    void makeUpdates();
    void addObjects();
    void addUpdateObjects();
    void addOwnObject(model::Id id);
    [[nodiscard]] std::unique_ptr<lwm2m::Object> makeKeptObject(model::Id id);
    void addHostObjects();
    void addObjectSamples(std::vector<model::Sample>& samples) const;
    void addOwnSamples(const model::Path& resource, std::vector<model::Sample>& samples) const;
    void addLocation();
    void add(std::unique_ptr<lwm2m::Object> object);
    void onHostChanged(const std::vector<model::Path>& changed);
    [[nodiscard]] std::string localAddress() const;
    [[nodiscard]] model::Time positionSince();
    void onTrafficCollected();
    [[nodiscard]] lwm2m::DeviceIdentity identity() const;
    void showIdentity(const std::vector<model::Path>& changed);
    void showValues(std::vector<model::Path> changed);
    [[nodiscard]] std::optional<model::Sample> newest(const model::Path& path) const;
    void showAvailability();
    void showMeasured(); ///< of Object 3: battery, power sources
    [[nodiscard]] api::DeviceStatus::Field fieldState() const;
    [[nodiscard]] lwm2m::Object* find(model::Id object) const;
    [[nodiscard]] base::Expected<model::Value> admitWrite(const model::Path& path,
                                                          const model::Value& value) const;

    DevicePlan plan_;
    DeviceServices services_;
    FieldSide field_;
    DeviceUpdates updates_;
    std::unique_ptr<MachineSide> host_; ///< of the gateway itself
    ServerChangeJournal changeJournal_;
    lwm2m::TrafficCollection traffic_;
    std::unique_ptr<lwm2m::Client> client_;
    std::unique_ptr<const base::Lifetime> clientLife_; ///< as long as client_
    // Owned by client_, valid as long as it is.
    std::vector<BridgedObject*> objects_;
    std::vector<lwm2m::Object*> ownObjects_; ///< what the gateway adds, Objects 5 to 9 included
    lwm2m::DeviceObject* deviceObject_ = nullptr;
    bool isLeaving_ = false; ///< from stop() until the client starts anew
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
