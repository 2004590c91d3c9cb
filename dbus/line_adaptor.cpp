// SPDX-License-Identifier: Apache-2.0
#include "dbus/line_adaptor.hpp"

#include "dbus/settings_dict.hpp"

namespace causeway::dbus {

LineAdaptor::LineAdaptor(const Context& context, std::string name)
    : ExportedObject(context, Kind::Line, std::move(name))
{}

void LineAdaptor::Change(sdbus::Result<>&& result, Dictionary settings)
{
    admit(
        std::move(result), Action::Manage, [this, settings = std::move(settings)](Answer<> answer) {
            const auto now = context_.control.line(name_);
            const auto then = now ? changed(now->settings, settings) : base::fail(now.error());
            if (!then)
                return answer.fail(then.error());
            context_.control.changeLine(*then, confirm(std::move(answer)));
        });
}

void LineAdaptor::Remove(sdbus::Result<>&& result)
{
    admit(std::move(result), Action::Manage, [this](Answer<> answer) {
        context_.control.removeLine(name_, confirm(std::move(answer)));
    });
}

std::string LineAdaptor::Name()
{
    return name_;
}

Dictionary LineAdaptor::Settings()
{
    return toDictionary(status().settings);
}

bool LineAdaptor::Up()
{
    return status().isUp;
}

std::string LineAdaptor::LastError()
{
    return status().lastError;
}

std::vector<std::string> LineAdaptor::Devices()
{
    return status().devices;
}

api::Counters LineAdaptor::Counters()
{
    return status().counters;
}

const api::LineStatus& LineAdaptor::status() const
{
    return context_.status.line(name_);
}

} // namespace causeway::dbus
