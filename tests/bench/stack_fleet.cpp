// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/stack_fleet.hpp"

#include <map>
#include <stdexcept>

#include <sys/epoll.h>

#include "agent/lwm2m/client.hpp"
#include "agent/lwm2m/objects/device_object.hpp"
#include "tests/bench/bench_psk.hpp"

namespace causeway::bench {

namespace {

constexpr model::Id temperatureId = 3303, sensorValue = 5700, applicationType = 5750;
constexpr auto accountName = "bench";
constexpr std::size_t mostDevices = 10'100; // keys are made before anything is measured

/// What a bridge's Object would answer with, without the bridge.
class TemperatureObject final : public lwm2m::Object
{
public:
    explicit TemperatureObject(const model::ObjectDefinition& definition)
        : definition_(definition)
    {}

    void change() { value_ += 0.5; }

    [[nodiscard]] const model::ObjectDefinition& definition() const override { return definition_; }

    [[nodiscard]] std::vector<model::Id> instances() const override { return {0}; }

    [[nodiscard]] std::vector<model::Id> resources(model::Id) const override
    {
        return {sensorValue, applicationType};
    }

    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override
    {
        if (path == model::Path{temperatureId, 0, applicationType})
            return model::Sample{path, model::Value(std::string("bench"))};
        return model::Sample{path, model::Value(value_)};
    }

private:
    const model::ObjectDefinition& definition_;
    double value_ = 21.5;
};

api::ServerSettings accountAt(std::uint16_t port)
{
    api::ServerSettings account;
    account.name = accountName;
    account.uri = "coaps://127.0.0.1:" + std::to_string(port);
    return account;
}

lwm2m::DeviceIdentity identity()
{
    lwm2m::DeviceIdentity identity;
    identity.manufacturer = "Causeway";
    identity.modelNumber = "bench";
    return identity;
}

using State = api::RegistrationStatus::State;

std::string nameOf(State state)
{
    switch (state) {
    case State::Waiting:
        return "waiting";
    case State::Connecting:
        return "connecting";
    case State::Registering:
        return "registering";
    case State::Registered:
        return "registered";
    default:
        return "in another state";
    }
}

} // namespace

class StackFleet::Device final : public lwm2m::ClientListener
{
public:
    Device(StackFleet& fleet, std::size_t index, std::uint16_t port)
        : fleet_(fleet)
        , client_(
              {deviceName(index), deviceName(index), api::factoryAccounts({accountAt(port)}), {}},
              fleet.endpoint_,
              fleet.loop_,
              fleet.definitions_,
              *this)
    {
        client_.addObject(std::make_unique<lwm2m::DeviceObject>(
            *fleet.definitions_.find(model::Id{3}), identity(), fleet.loop_, [] {}));
        auto temperature =
            std::make_unique<TemperatureObject>(*fleet.definitions_.find(temperatureId));
        temperature_ = temperature.get();
        client_.addObject(std::move(temperature));
        client_.start(base::Duration::zero());
    }

    void notify()
    {
        temperature_->change();
        client_.onValuesChanged({model::Path{temperatureId, 0, sensorValue}});
    }

    void update() { (void)client_.updateNow(accountName); }

    void onStatusChanged() override
    {
        const auto state = client_.status().front().state;
        if (isRegistered_ || state != api::RegistrationStatus::State::Registered)
            return;
        isRegistered_ = true;
        ++fleet_.registered_;
    }

    void onClientState(const api::ClientState&) override {}

    void onServerChanges(const std::vector<lwm2m::ServerChange>&) override {}

    void onDelivery(api::BootstrapResult, Kept) override {}

    void onBootstrapped() override {}

    [[nodiscard]] api::RegistrationStatus status() const { return client_.status().front(); }

private:
    StackFleet& fleet_;
    lwm2m::Client client_;
    TemperatureObject* temperature_ = nullptr;
    bool isRegistered_ = false;
};

StackFleet::StackFleet()
    : store_(loop_)
    , resumptions_(loop_)
    , endpoint_(loop_, store_, resumptions_, {})
    , definitions_(model::builtInDefinitions())
{
    for (std::size_t i = 0; i < mostDevices; ++i) {
        const auto name = deviceName(i);
        store_.put({name, accountName}, name, keyOf(name));
    }
}

StackFleet::~StackFleet() = default;

void StackFleet::add(std::uint16_t port)
{
    devices_.push_back(std::make_unique<Device>(*this, devices_.size(), port));
}

void StackFleet::notify(std::size_t index)
{
    devices_.at(index)->notify();
}

void StackFleet::update(std::size_t index)
{
    devices_.at(index)->update();
}

void StackFleet::watch(int fd, std::function<void()> onReadable)
{
    watches_.push_back(loop_.watch(
        fd, EPOLLIN, [onReadable = std::move(onReadable)](std::uint32_t) { onReadable(); }));
}

std::string StackFleet::whereabouts() const
{
    std::map<State, std::size_t> devices;
    std::string lastError = "none";
    for (const auto& device : devices_) {
        const auto status = device->status();
        ++devices[status.state];
        if (!status.lastError.empty())
            lastError = status.lastError;
    }
    std::string text = std::to_string(devices_.size()) + " devices";
    for (const auto& [state, count] : devices)
        text += ", " + std::to_string(count) + " " + nameOf(state);
    return text + ", last error: " + lastError;
}

void StackFleet::runOnce(std::chrono::milliseconds longest)
{
    loop_.runOnce(longest);
}

} // namespace causeway::bench
