// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gateway1_server_adaptor.h>

#include "dbus/exported_object.hpp"

namespace causeway::dbus {

/// org.causeway.Gateway1.Server of one server account.
class ServerAdaptor final : public ExportedObject<org::causeway::Gateway1::Server_adaptor>
{
public:
    ServerAdaptor(const Context& context, std::string name);

private:
    void Change(sdbus::Result<>&& result, Dictionary settings) override;
    void Remove(sdbus::Result<>&& result) override;

    std::string Name() override;
    Dictionary Settings() override;
    std::vector<std::string> Devices() override;
    std::uint32_t Registered() override;

    [[nodiscard]] const api::ServerStatus& status() const;
};

} // namespace causeway::dbus
