// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/central.hpp"

#include <utility>

#include <fmt/format.h>
#include <pthread.h>

#include "bridges/ble/ble_bridge.hpp"
#include "bridges/ble/peripheral_bridge.hpp"

namespace causeway::bridges::ble {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

using Heard = Expected<std::vector<Advertisement>>;

} // namespace

Central::Central(base::Scheduler& main, std::string busAddress)
    : main_(main)
    , side_(std::make_unique<RadioSide>(
          loop_,
          std::move(busAddress),
          [this, token = lifetime_.token()](Listening listening, const std::string& reason) {
              main_.post([this, token, listening, reason] {
                  if (!token.expired())
                      state_ = {listening, reason};
              });
          }))
    , thread_([this] { loop_.run(); })
{
    ::pthread_setname_np(thread_.native_handle(), "radio");
}

Central::~Central()
{
    loop_.post([this] {
        side_.reset();
        loop_.stop();
    });
    thread_.join();
}

Expected<std::unique_ptr<api::Bridge>>
Central::createBridge(std::shared_ptr<const DeviceProfile> profile,
                      const std::string& device,
                      const std::string& address,
                      std::optional<std::chrono::milliseconds> pollPeriod)
{
    const auto canonical = canonicalAddress(address);
    if (!canonical)
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("\"{}\" is no Bluetooth address", address));
    const auto [other, isFree] = devices_.emplace(*canonical, device);
    if (!isFree)
        return fail(ErrorKind::AlreadyExists,
                    fmt::format("{} is {} already", *canonical, other->second));
    const std::uint64_t sensor = nextSensor_++;
    sensors_.insert_or_assign(device, sensor);
    const auto released = [this, device, address = *canonical] {
        devices_.erase(address);
        sensors_.erase(device);
    };
    if (profile->gatt)
        return std::make_unique<PeripheralBridge>(
            PeripheralBridge::Field{main_, loop_, *side_, sensor},
            Peripheral::Settings{*canonical, std::move(profile), pollPeriod},
            released);
    return std::make_unique<BleBridge>(
        BleBridge::Field{main_, loop_, *side_, sensor}, std::move(profile), *canonical, released);
}

void Central::setKey(const std::string& device, base::Secret key)
{
    const auto found = sensors_.find(device);
    if (found == sensors_.end())
        return;
    loop_.post([&side = *side_, sensor = found->second, key = std::move(key)]() mutable {
        side.setKey(sensor, std::move(key));
    });
}

void Central::removeBond(const std::string& address)
{
    if (auto canonical = canonicalAddress(address))
        loop_.post(
            [&side = *side_, canonical = std::move(*canonical)] { side.removeBond(canonical); });
}

void Central::scan(base::Duration duration, ScanDone done)
{
    auto deliver =
        lifetime_.guard([done = std::move(done)](Heard heard) mutable { done(std::move(heard)); });
    ScanDone carry = [&main = main_, deliver = std::move(deliver)](Heard heard) mutable {
        main.post([deliver = std::move(deliver), heard = std::move(heard)]() mutable {
            deliver(std::move(heard));
        });
    };
    loop_.post([&side = *side_, duration, carry = std::move(carry)]() mutable {
        side.scan(duration, std::move(carry));
    });
}

} // namespace causeway::bridges::ble
