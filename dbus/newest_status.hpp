// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "agent/api/gateway_control.hpp"
#include "agent/base/scheduler.hpp"
#include "dbus/errors.hpp"

namespace causeway::dbus {

/// The status asked for last, for the rest of this loop round: a caller who gets all properties of
/// an object, or of 10,000 objects, makes the gateway put each status together once, not once per
/// property.
class NewestStatus
{
public:
    NewestStatus(const base::Scheduler& scheduler, const api::GatewayControl& control)
        : scheduler_(scheduler)
        , control_(control)
    {}

    /// Of one that has just gone: empty, with the gateway's sentence as its last error.
    [[nodiscard]] const api::DeviceStatus& device(const std::string& name)
    {
        return newest(device_, name, &api::GatewayControl::device);
    }

    [[nodiscard]] const api::LineStatus& line(const std::string& name)
    {
        return newest(line_, name, &api::GatewayControl::line);
    }

    [[nodiscard]] const api::ServerStatus& server(const std::string& name)
    {
        return newest(server_, name, &api::GatewayControl::server);
    }

    /// After each change.
    void forget()
    {
        device_.name.reset();
        line_.name.reset();
        server_.name.reset();
    }

private:
    template <typename Status>
    struct Slot
    {
        std::optional<std::string> name;
        base::TimePoint round{};
        Status status;
    };

    template <typename Status>
    using Getter = base::Expected<Status> (api::GatewayControl::*)(const std::string&) const;

    template <typename Status>
    const Status& newest(Slot<Status>& slot, const std::string& name, Getter<Status> get)
    {
        if (slot.name == name && slot.round == scheduler_.now())
            return slot.status;
        auto status = answering([&] { return (control_.*get)(name); });
        slot.status = status ? std::move(*status) : missing<Status>(status.error());
        slot.name = name;
        slot.round = scheduler_.now();
        return slot.status;
    }

    template <typename Status>
    static Status missing(const base::Error& error)
    {
        Status status;
        if constexpr (requires { status.lastError; })
            status.lastError = error.message;
        return status;
    }

    const base::Scheduler& scheduler_;
    const api::GatewayControl& control_;
    Slot<api::DeviceStatus> device_;
    Slot<api::LineStatus> line_;
    Slot<api::ServerStatus> server_;
};

} // namespace causeway::dbus
