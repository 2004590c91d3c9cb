// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gateway1_gateway_adaptor.h>

#include "agent/base/lifetime.hpp"
#include "dbus/context.hpp"

namespace causeway::dbus {

/// org.causeway.Gateway1.Gateway and the ObjectManager, at the root of our tree.
class GatewayAdaptor final
    : public sdbus::AdaptorInterfaces<org::causeway::Gateway1::Gateway_adaptor,
                                      sdbus::Properties_adaptor,
                                      sdbus::ObjectManager_adaptor>
{
public:
    explicit GatewayAdaptor(const Context& context);
    ~GatewayAdaptor();
    GatewayAdaptor(const GatewayAdaptor&) = delete;
    GatewayAdaptor& operator=(const GatewayAdaptor&) = delete;

    /// PropertiesChanged with every property that announces its changes.
    void tellChanged();

private:
    using PathResult = sdbus::Result<sdbus::ObjectPath>;

    void AddLine(PathResult&& result, std::string name, Dictionary settings) override;
    void AddServer(PathResult&& result, std::string name, Dictionary settings) override;
    void AttachDevice(PathResult&& result, std::string name, Dictionary settings) override;
    void ReloadProfiles(sdbus::Result<>&& result) override;
    void ScanBluetooth(sdbus::Result<std::vector<Dictionary>>&& result,
                       std::uint32_t seconds) override;
    std::vector<Dictionary> ListProfiles() override;
    std::tuple<Dictionary, std::vector<Dictionary>>
    DescribeProfile(const std::string& name) override;

    std::string Version() override;
    std::string KeyStore() override;
    std::string KeyStoreReason() override;
    std::string KeyStoreRemedy() override;
    Dictionary Smartcard() override;
    std::string Bluetooth() override;
    std::string BluetoothReason() override;
    api::Counters Counters() override;

    template <typename Settings>
    using Add = void (api::GatewayControl::*)(Settings, api::GatewayControl::Done);
    template <typename Settings>
    void add(PathResult&& result, Settings settings, Dictionary changes, Add<Settings> method);

    const Context& context_;
    base::Lifetime lifetime_;
};

} // namespace causeway::dbus
