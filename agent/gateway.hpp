// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/api/bootstrap_store.hpp"
#include "agent/api/gateway_control.hpp"
#include "agent/api/inventory.hpp"
#include "agent/attached_device.hpp"
#include "agent/base/door.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/change_queue.hpp"
#include "agent/gateway_services.hpp"
#include "agent/later_answers.hpp"

namespace causeway::bridges::ble {
struct Advertisement;
} // namespace causeway::bridges::ble

namespace causeway::agent {

/// All lines, servers and devices, and what an operator can do with them. Main thread. Each change
/// is checked, committed, applied and announced before the next one begins.
class Gateway final : public api::GatewayControl, private DeviceListener, private LaterAnswers
{
public:
    Gateway(GatewayServices services, GatewayRules rules);
    ~Gateway() override;
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    /// Brings back what the inventory has; a line or device that cannot run is kept and says why.
    void load(Done done);
    /// De-registers every device, within the rules' limit.
    void stop(base::Task done);

    /// From FieldBuses: a line came up or went down.
    void onLineChanged(const std::string& name);
    /// From whoever changed it past setCredential(): a list, a bootstrap.
    void onCredentialChanged(const api::CredentialId& id);
    [[nodiscard]] std::vector<EnrolledAccount> enrolledAccounts() const; ///< of devices that run

    /// The accounts on a smartcard in place of the device's own; `mark` is kept with them. Refused
    /// as a Bootstrap-Server's delivery is, and then nothing changes.
    void takeCard(const std::string& device, const base::Secret& file, std::string mark, Done done);
    /// Back to the operator's accounts: the card is gone.
    void dropCard(const std::string& device, Done done);
    /// Of the card that the device's accounts come from; empty: of none.
    [[nodiscard]] std::string cardMark(const std::string& device) const;
    /// What keepRefusedCard() kept.
    [[nodiscard]] std::string refusedCard(const std::string& device) const;
    /// Which card has refused the PIN, or is to be given it; empty: none. NotFound: the device.
    void keepRefusedCard(const std::string& device, const std::string& card, Done done);
    /// The rules' device has its accounts now, from the card or not, and may register.
    void endCardWait();
    void onSmartcardChanged();

    void setListener(api::GatewayListener* listener) override { listener_ = listener; }

    [[nodiscard]] api::KeyStoreStatus keyStore() const override;
    [[nodiscard]] api::Counters counters() const override;
    [[nodiscard]] api::BluetoothState bluetooth() const override;
    [[nodiscard]] std::vector<api::ProfileSummary> profiles() const override;
    [[nodiscard]] base::Expected<api::ProfileDescription>
    describeProfile(const std::string& name) const override;
    [[nodiscard]] std::vector<std::string> lineNames() const override;
    [[nodiscard]] std::vector<std::string> serverNames() const override;
    [[nodiscard]] std::vector<std::string> deviceNames() const override;
    [[nodiscard]] base::Expected<api::LineStatus> line(const std::string& name) const override;
    [[nodiscard]] base::Expected<api::ServerStatus> server(const std::string& name) const override;
    [[nodiscard]] base::Expected<api::DeviceStatus> device(const std::string& name) const override;

    void addLine(api::LineSettings settings, Done done) override;
    void changeLine(api::LineSettings settings, Done done) override;
    void removeLine(const std::string& name, Done done) override;
    void readRegisters(const std::string& line,
                       const api::RegisterRange& range,
                       api::RegistersDone done) override;
    void writeRegisters(const std::string& line,
                        const api::RegisterRange& range,
                        std::vector<std::uint16_t> words,
                        Done done) override;
    void pauseLine(const std::string& name, bool isPaused, Done done) override;
    void startScan(const std::string& line, const api::ScanSettings& settings, Done done) override;
    void traceLine(const std::string& line, std::uint64_t since, api::TraceDone done) override;
    void stopScan(const std::string& line, Done done) override;
    void reloadProfiles(Done done) override;

    void addServer(api::ServerSettings settings, Done done) override;
    void changeServer(api::ServerSettings settings, Done done) override;
    void removeServer(const std::string& name, Done done) override;

    void attachDevice(api::DeviceSettings settings, Done done) override;
    void changeDevice(api::DeviceSettings settings, Done done) override;
    void detachDevice(const std::string& name, Done done) override;
    void scanBluetooth(std::chrono::seconds duration, SightingsDone done) override;
    void setFieldKey(const std::string& device, base::Secret key, Done done) override;
    void
    setCredential(api::CredentialId id, api::Credential credential, CredentialDone done) override;
    void
    generateCredential(api::CredentialId id, std::string identity, CredentialDone done) override;
    void generateKeyPair(api::CredentialId id, api::KeyResidence in, CredentialDone done) override;
    void requestCertificate(api::CredentialId id, BytesDone done) override;
    void
    setCertificate(api::CredentialId id, base::Bytes certificates, CredentialDone done) override;
    void exportCredential(api::CredentialId id, SecretDone done) override;
    void describeCredential(api::CredentialId id, CredentialDone done) override;
    void removeCredential(api::CredentialId id, Done done) override;

    void readResource(const std::string& device, const model::Path& path, SampleDone done) override;
    void writeResource(const std::string& device,
                       const model::Path& path,
                       const model::Value& value,
                       Done done) override;
    void executeResource(const std::string& device,
                         const model::Path& path,
                         const std::string& arguments,
                         Done done) override;
    [[nodiscard]] base::Expected<std::vector<model::Sample>>
    newestSamples(const std::string& device) const override;
    void updateNow(const std::string& device, const std::string& server, Done done) override;
    void send(const std::string& device,
              const std::string& server,
              const std::vector<model::Path>& paths,
              Done done) override;

private:
    void onDeviceChanged(const std::string& device) override;
    void onDeviceSamples(const std::string& device,
                         const std::vector<model::Sample>& samples) override;
    void onDeviceRenewed(const std::string& device) override;
    void onDeviceState(const std::string& name, const api::ClientState& state, Kept kept) override;
    void onDeviceDelivery(const std::string& device,
                          const DeviceListener::Asker& asker,
                          api::BootstrapResult result,
                          DeviceListener::Kept kept) override;

    void provision(const std::string& device, api::BootstrapResult result, Done done);
    void updateDevicesOf(const std::string& server);
    void replaceDevice(const api::DeviceSettings& settings);
    void forgetDevice(const std::string& name, api::Inventory::Done kept);

    /// Announces the line's new state after the call has ended, and answers it.
    void tellLater(const std::string& line, base::Expected<void> result, Done done);
    void beginAnewWith(const std::vector<std::string>& profiles);
    [[nodiscard]] base::Expected<void> brokenProfiles() const;

    template <typename Notify>
    void tell(Notify notify)
    {
        if (listener_ != nullptr)
            base::contain("telling D-Bus", [&] { notify(*listener_); });
    }

    void restore(const api::InventorySnapshot& snapshot);
    void startDevice(const api::DeviceSettings& of, api::ClientState state, base::Duration delay);
    void giveBridge(AttachedDevice& device);
    void giveFieldKey(const AttachedDevice& device);
    [[nodiscard]] std::vector<api::BluetoothSighting>
    recognise(const std::vector<bridges::ble::Advertisement>& heard) const;
    [[nodiscard]] base::Expected<void> checkSpeeds(const api::LineSettings& line) const;
    [[nodiscard]] base::Expected<void> applyToBus(const api::LineSettings& settings);
    [[nodiscard]] DevicePlan plan(api::DeviceSettings settings, api::ClientState state);
    /// Bootstrapped ones if there are any, else the operator's.
    [[nodiscard]] std::vector<api::DeviceAccount> accountsOf(const api::DeviceSettings& of) const;
    [[nodiscard]] std::vector<std::string> usersOf(const std::string& server) const;
    [[nodiscard]] base::Expected<void> checkDevice(const api::DeviceSettings& settings) const;
    [[nodiscard]] base::Expected<void> checkPlace(const api::DeviceSettings& settings) const;
    [[nodiscard]] base::Expected<void> checkUnused(const api::DeviceSettings& settings) const;
    [[nodiscard]] base::Expected<void> checkShortServerIds(const api::ServerSettings& next) const;
    [[nodiscard]] base::Expected<void> checkCredential(const api::CredentialId& id) const;
    [[nodiscard]] base::Expected<void> checkKind(const api::CredentialId& id, bool isKeyPair) const;
    [[nodiscard]] base::Expected<void> checkKnown(const api::CredentialId& id) const;
    [[nodiscard]] base::Expected<AttachedDevice*> findEnabled(const std::string& device) const;
    [[nodiscard]] base::Expected<AttachedDevice*> find(const std::string& device) const;
    [[nodiscard]] std::vector<std::string>
    devicesWhere(const std::function<bool(const api::DeviceSettings&)>& holds) const;

    CredentialDone afterCredential(const api::CredentialId& id, CredentialDone done);
    void onKeyStoreChanged();

    GatewayServices services_;
    GatewayRules rules_;
    api::GatewayListener* listener_ = nullptr;
    std::map<std::string, api::LineSettings> lines_;
    std::map<std::string, api::ServerSettings> servers_;
    std::map<std::string, std::shared_ptr<const std::vector<api::MappedResource>>> mappings_;
    std::map<std::string, std::vector<api::DeviceAccount>> bootstrapped_; ///< by device
    std::map<std::string, std::unique_ptr<AttachedDevice>> devices_;
    bool awaitsCard_; ///< until the first look for it has ended
    ChangeQueue changes_{services_.scheduler};
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
