// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "agent/base/lifetime.hpp"
#include "agent/base/log.hpp"
#include "dbus/context.hpp"
#include "dbus/object_path.hpp"

namespace causeway::dbus {

/// What the adaptors of lines, servers and devices have in common: a named object below the root
/// that appears, changes and goes. On the bus from construction to destruction.
template <typename Interface>
class ExportedObject : public sdbus::AdaptorInterfaces<Interface,
                                                       sdbus::Properties_adaptor,
                                                       sdbus::ManagedObject_adaptor>
{
    using Base = sdbus::
        AdaptorInterfaces<Interface, sdbus::Properties_adaptor, sdbus::ManagedObject_adaptor>;

public:
    ExportedObject(const Context& context, Kind kind, std::string name)
        : Base(context.connection, sdbus::ObjectPath{objectPath(kind, name)})
        , context_(context)
        , name_(std::move(name))
    {
        this->registerAdaptor();
    }

    ExportedObject(const ExportedObject&) = delete;
    ExportedObject& operator=(const ExportedObject&) = delete;

    /// InterfacesAdded; not needed before the bus name is ours.
    void tellAdded()
    {
        emit([this] { this->emitInterfacesAddedSignal(); });
    }

    /// PropertiesChanged with every property that announces its changes.
    void tellChanged()
    {
        emit([this] {
            this->emitPropertiesChangedSignal(bus::InterfaceName{Interface::INTERFACE_NAME});
        });
    }

    /// InterfacesRemoved; this must go soon, and the ObjectManager must still be there. Calls that
    /// wait for a permission are cancelled.
    void tellRemoved()
    {
        emit([this] { this->emitInterfacesRemovedSignal(); });
        lifetime_ = base::Lifetime();
    }

protected:
    ~ExportedObject() { this->unregisterAdaptor(); }

    template <typename... Results, typename Work>
    void admit(sdbus::Result<Results...>&& result, Action action, Work work)
    {
        context_.gate.admit(
            this->getObject(), std::move(result), action, lifetime_.guard(std::move(work)));
    }

    /// For a callback that comes later: does nothing when this has gone by then.
    template <typename Work>
    auto whileThere(Work work) const
    {
        return lifetime_.guard(std::move(work));
    }

    template <typename Emission>
    void emit(Emission emission)
    {
        try {
            emission();
        } catch (const sdbus::Error& error) {
            // The connection's own failure is told by Bus; a signal has no other receiver.
            log::debug("a D-Bus signal was not sent: {ERROR}", "ERROR", error.what());
        }
    }

    const Context& context_; // NOLINT(misc-non-private-member-variables-in-classes)
    const std::string name_; // NOLINT(misc-non-private-member-variables-in-classes)

private:
    base::Lifetime lifetime_;
};

/// The Done that answers a call without results.
[[nodiscard]] inline api::GatewayControl::Done confirm(Answer<> answer)
{
    return [answer = std::move(answer)](const base::Expected<void>& outcome) mutable {
        if (outcome)
            answer.succeed();
        else
            answer.fail(outcome.error());
    };
}

} // namespace causeway::dbus
