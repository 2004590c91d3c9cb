// SPDX-License-Identifier: Apache-2.0
#include "dbus/server_adaptor.hpp"

#include "dbus/settings_dict.hpp"

namespace causeway::dbus {

ServerAdaptor::ServerAdaptor(const Context& context, std::string name)
    : ExportedObject(context, Kind::Server, std::move(name))
{}

void ServerAdaptor::Change(sdbus::Result<>&& result, Dictionary settings)
{
    admit(
        std::move(result), Action::Manage, [this, settings = std::move(settings)](Answer<> answer) {
            const auto now = context_.control.server(name_);
            const auto then = now ? changed(now->settings, settings) : base::fail(now.error());
            if (!then)
                return answer.fail(then.error());
            context_.control.changeServer(*then, confirm(std::move(answer)));
        });
}

void ServerAdaptor::Remove(sdbus::Result<>&& result)
{
    admit(std::move(result), Action::Manage, [this](Answer<> answer) {
        context_.control.removeServer(name_, confirm(std::move(answer)));
    });
}

std::string ServerAdaptor::Name()
{
    return name_;
}

Dictionary ServerAdaptor::Settings()
{
    return toDictionary(status().settings);
}

std::vector<std::string> ServerAdaptor::Devices()
{
    return status().devices;
}

std::uint32_t ServerAdaptor::Registered()
{
    return status().registered;
}

const api::ServerStatus& ServerAdaptor::status() const
{
    return context_.status.server(name_);
}

} // namespace causeway::dbus
