// SPDX-License-Identifier: Apache-2.0
#include "agent/updates/device_software.hpp"

#include <utility>

#include <fmt/format.h>

#include "agent/base/log.hpp"

namespace causeway::agent {

/// One component.
class DeviceSoftware::Part final : private lwm2m::UpdateListener
{
public:
    Part(DeviceSoftware& all,
         model::Id instance,
         std::unique_ptr<api::SoftwareStation> station,
         const api::ClientState& state)
        : all_(all)
        , instance_(instance)
        , station_(std::move(station))
        , update_(*station_, *all.shared_.repositories, all.shared_.scheduler, state, *this)
    {}

    ~Part() override = default;
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    [[nodiscard]] lwm2m::SoftwareObject::Component shown() { return {station_->name(), update_}; }

    void reset() { update_.reset(); }

    [[nodiscard]] api::ClientState stateAfterReset() const { return update_.textsAfterReset(); }

private:
    void keepUpdateState(const api::ClientState& state, api::Inventory::Done kept) override
    {
        all_.owner_.keep(state, std::move(kept));
    }

    void onUpdateChanged() override
    {
        auto now = fmt::format("state {}, result {}, {}",
                               update_.reportedState(),
                               static_cast<unsigned>(update_.result()),
                               update_.isActive() ? "active" : "not active");
        if (std::exchange(logged_, now) != now)
            log::notice("{DEVICE}: software {SOFTWARE}: {STATE}",
                        "DEVICE",
                        all_.shared_.device,
                        "SOFTWARE",
                        station_->name(),
                        "STATE",
                        now);
        all_.owner_.changed(lwm2m::changingSoftwareResources(instance_));
    }

    void onUpdateFailure(const std::string& sentence) override
    {
        log::warning("{DEVICE}: software {SOFTWARE}: {ERROR}, the servers are told",
                     "DEVICE",
                     all_.shared_.device,
                     "SOFTWARE",
                     station_->name(),
                     "ERROR",
                     sentence);
    }

    DeviceSoftware& all_;
    model::Id instance_;
    std::unique_ptr<api::SoftwareStation> station_;
    std::string logged_;
    lwm2m::SoftwareUpdate update_;
};

DeviceSoftware::DeviceSoftware(Shared shared,
                               Stations stations,
                               const api::ClientState& state,
                               Owner owner)
    : shared_(std::move(shared))
    , owner_(std::move(owner))
{
    for (auto& station : stations)
        parts_.push_back(std::make_unique<Part>(
            *this, static_cast<model::Id>(parts_.size()), std::move(station), state));
}

DeviceSoftware::~DeviceSoftware() = default;

std::unique_ptr<lwm2m::Object> DeviceSoftware::makeObject(const model::ObjectDefinition& definition,
                                                          lwm2m::SoftwareObject::Access access)
{
    std::vector<lwm2m::SoftwareObject::Component> shown;
    for (const auto& part : parts_)
        shown.push_back(part->shown());
    return std::make_unique<lwm2m::SoftwareObject>(
        definition, std::move(shown), shared_.scheduler, access);
}

void DeviceSoftware::reset()
{
    for (const auto& part : parts_)
        part->reset();
}

api::ClientState DeviceSoftware::stateAfterReset() const
{
    api::ClientState state;
    for (const auto& part : parts_)
        state.merge(part->stateAfterReset());
    return state;
}

} // namespace causeway::agent
