// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/api/credential_control.hpp"
#include "agent/api/gateway_status.hpp"
#include "agent/api/key_store.hpp"
#include "agent/api/line_tools.hpp"
#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"
#include "agent/base/secret.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/model/sample.hpp"

/// The seam between dbus and the gateway. Main thread only.
namespace causeway::api {

/// What changed; the adaptors turn it into InterfacesAdded, PropertiesChanged and signals.
class GatewayListener
{
public:
    virtual ~GatewayListener() = default;

    virtual void onGatewayChanged() = 0;
    virtual void onLineAdded(const std::string& name) = 0;
    virtual void onLineChanged(const std::string& name) = 0;
    virtual void onLineRemoved(const std::string& name) = 0;
    virtual void onServerAdded(const std::string& name) = 0;
    virtual void onServerChanged(const std::string& name) = 0;
    virtual void onServerRemoved(const std::string& name) = 0;
    virtual void onDeviceAdded(const std::string& name) = 0;
    virtual void onDeviceChanged(const std::string& name) = 0;
    virtual void onDeviceRemoved(const std::string& name) = 0;
    virtual void onSamples(const std::string& device,
                           const std::vector<model::Sample>& samples) = 0;
};

/// What an operator can do with the gateway. Callbacks come later, exactly once, after what they
/// confirm is on disk; errors are sentences an operator can act on.
class GatewayControl : public LineTools, public CredentialControl
{
public:
    using Done = CredentialControl::Done;
    using SampleDone = base::UniqueFunction<void(base::Expected<model::Sample>)>;
    using SightingsDone =
        base::UniqueFunction<void(base::Expected<std::vector<BluetoothSighting>>)>;

    /// At most one; nullptr ends it.
    virtual void setListener(GatewayListener* listener) = 0;

    [[nodiscard]] virtual KeyStoreStatus keyStore() const = 0;
    [[nodiscard]] virtual Counters counters() const = 0;
    [[nodiscard]] virtual BluetoothState bluetooth() const = 0;
    [[nodiscard]] virtual std::vector<ProfileSummary> profiles() const = 0;
    [[nodiscard]] virtual base::Expected<ProfileDescription>
    describeProfile(const std::string& name) const = 0;

    [[nodiscard]] virtual std::vector<std::string> lineNames() const = 0;
    [[nodiscard]] virtual std::vector<std::string> serverNames() const = 0;
    [[nodiscard]] virtual std::vector<std::string> deviceNames() const = 0;
    /// NotFound for a name that is not there.
    [[nodiscard]] virtual base::Expected<LineStatus> line(const std::string& name) const = 0;
    [[nodiscard]] virtual base::Expected<ServerStatus> server(const std::string& name) const = 0;
    [[nodiscard]] virtual base::Expected<DeviceStatus> device(const std::string& name) const = 0;

    virtual void addLine(LineSettings settings, Done done) = 0;
    /// All settings anew; the name must stay. The same below.
    virtual void changeLine(LineSettings settings, Done done) = 0;
    /// Refused while devices use it.
    virtual void removeLine(const std::string& name, Done done) = 0;

    virtual void addServer(ServerSettings settings, Done done) = 0;
    virtual void changeServer(ServerSettings settings, Done done) = 0;
    virtual void removeServer(const std::string& name, Done done) = 0;

    virtual void attachDevice(DeviceSettings settings, Done done) = 0;
    virtual void changeDevice(DeviceSettings settings, Done done) = 0;
    /// De-registers first, within a bounded time.
    virtual void detachDevice(const std::string& name, Done done) = 0;

    /// Listens so long. Unreachable, with what is missing, when there is no Bluetooth here.
    virtual void scanBluetooth(std::chrono::seconds duration, SightingsDone done) = 0;
    /// The key that the device itself encrypts with, or the passkey to bond with it; an empty one
    /// removes it. NotSupported when its profile knows neither.
    virtual void setFieldKey(const std::string& device, base::Secret key, Done done) = 0;

    /// The operator's own read, write and execute: as a server would see it, but not limited by
    /// allowsServerWrites.
    virtual void
    readResource(const std::string& device, const model::Path& path, SampleDone done) = 0;
    virtual void writeResource(const std::string& device,
                               const model::Path& path,
                               const model::Value& value,
                               Done done) = 0;
    virtual void executeResource(const std::string& device,
                                 const model::Path& path,
                                 const std::string& arguments,
                                 Done done) = 0;
    /// The newest value of each Resource of the device, mapped or not; no wire traffic.
    [[nodiscard]] virtual base::Expected<std::vector<model::Sample>>
    newestSamples(const std::string& device) const = 0;
    /// Update, or Register at once when not registered; an empty server means all.
    virtual void updateNow(const std::string& device, const std::string& server, Done done) = 0;
    /// LwM2M Send of the values at and below `paths`; an empty server means all. Done when the
    /// servers have answered.
    virtual void send(const std::string& device,
                      const std::string& server,
                      const std::vector<model::Path>& paths,
                      Done done) = 0;
};

} // namespace causeway::api
