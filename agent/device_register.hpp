// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/api/inventory.hpp"
#include "agent/base/unique_function.hpp"
#include "agent/lwm2m/objects/gateway_object.hpp"

namespace causeway::agent {

class AttachedDevice;

/// The attached devices for Object 25, where each keeps its instance over restarts, and a new one
/// takes the lowest that is free. Main thread.
class DeviceRegister final : public lwm2m::GatewayInventory
{
public:
    /// Each is some ten octets of a Register, which must stay below the 8,192 that servers on
    /// Californium take.
    static constexpr std::size_t mostDevices = 500;

    /// In place of an earlier one of that name; it lives until it is removed or replaced.
    void add(const std::string& name, const AttachedDevice& device);
    void remove(const std::string& name);

    using Keep = std::function<void(const api::ClientState&)>;

    /// Takes the instances up as they were kept. `changed` asks for an update().
    void show(const api::ClientState& kept, Keep keep, std::function<void()> changed);
    /// Nobody looks any more.
    void hide();
    /// Gives the instances to what is attached now; says whether some have come or gone.
    bool update();

    [[nodiscard]] std::vector<model::Id> devices() const override;
    [[nodiscard]] std::string deviceId(model::Id device) const override;
    [[nodiscard]] std::string objects(model::Id device) const override;

private:
    [[nodiscard]] const AttachedDevice* find(model::Id device) const;

    std::map<std::string, const AttachedDevice*> attached_;
    std::map<model::Id, std::string> instances_;
    Keep keep_;
    std::function<void()> changed_;
    bool isCut_ = false; ///< more are attached than are listed
};

} // namespace causeway::agent
