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
    using ListResult = sdbus::Result<sdbus::UnixFd, std::uint32_t>;

    void Change(sdbus::Result<>&& result, Dictionary settings) override;
    void Remove(sdbus::Result<>&& result) override;

    void ImportCredentials(sdbus::Result<std::uint32_t>&& result, sdbus::UnixFd list) override;
    void GenerateCredentials(sdbus::Result<std::uint32_t>&& result) override;
    void ExportCredentials(ListResult&& result, std::string format) override;

    std::string Name() override;
    Dictionary Settings() override;
    std::vector<std::string> Devices() override;
    std::uint32_t Registered() override;

    [[nodiscard]] const api::ServerStatus& status() const;
};

} // namespace causeway::dbus
