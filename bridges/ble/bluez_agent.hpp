// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include <bluez_agent_adaptor.h>
#include <bluez_agent_manager_proxy.h>

#include "agent/base/bus_compat.hpp"

namespace causeway::bridges::ble {

/// What bluetoothd asks while it bonds a device: we have a keyboard and no display, so that a
/// passkey is one that the device shows. Everybody who is not ours is refused. bluetoothd forgets
/// it when it ends. Lives on the radio's thread.
class BluezAgent final : public sdbus::AdaptorInterfaces<org::bluez::Agent1_adaptor>,
                         public sdbus::ProxyInterfaces<org::bluez::AgentManager1_proxy>
{
    using Adaptors = sdbus::AdaptorInterfaces<org::bluez::Agent1_adaptor>;
    using Proxies = sdbus::ProxyInterfaces<org::bluez::AgentManager1_proxy>;

public:
    /// Who knows the devices, by their object paths.
    struct Site
    {
        std::function<bool(const std::string& path)> isOurs;
        std::function<void(const std::string& path)> onPasskeyWanted;
    };

    /// Asks bluetoothd to take it.
    BluezAgent(sdbus::IConnection& connection, Site site);
    ~BluezAgent();
    BluezAgent(const BluezAgent&) = delete;
    BluezAgent& operator=(const BluezAgent&) = delete;

    /// To who asked for this device's passkey, if somebody still does.
    void answerPasskey(const std::string& path, std::uint32_t passkey);

private:
    void onRegisterAgentReply(bus::MaybeError error) override;

    void RequestPasskey(sdbus::Result<std::uint32_t>&& result, sdbus::ObjectPath device) override;
    void RequestAuthorization(sdbus::Result<>&& result, sdbus::ObjectPath device) override;
    void RequestPinCode(sdbus::Result<std::string>&& result, sdbus::ObjectPath device) override;
    void DisplayPinCode(sdbus::Result<>&& result,
                        sdbus::ObjectPath device,
                        std::string pincode) override;
    void DisplayPasskey(sdbus::Result<>&& result,
                        sdbus::ObjectPath device,
                        std::uint32_t passkey,
                        std::uint16_t entered) override;
    void RequestConfirmation(sdbus::Result<>&& result,
                             sdbus::ObjectPath device,
                             std::uint32_t passkey) override;
    void
    AuthorizeService(sdbus::Result<>&& result, sdbus::ObjectPath device, std::string uuid) override;

    void Cancel() override { questions_.clear(); }

    void Release() override { questions_.clear(); }

    Site site_;
    std::map<std::string, sdbus::Result<std::uint32_t>> questions_; ///< for passkeys, by path
};

} // namespace causeway::bridges::ble
