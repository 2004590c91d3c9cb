// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace causeway::tests {

/// What the storm's writer does, step by step, so that the one who kills it knows what must be
/// there after any number of steps.
struct StormPlan
{
    static constexpr std::uint32_t deviceCount = 5;
    static constexpr std::uint32_t firstSeed = 1000;

    /// Of the second key that KeepMany keeps, beside the step's own.
    static constexpr std::uint32_t secondSeed = 1'000'000;

    /// KeepMany: this device and the next one, in one list. Rotate: the key-encryption key.
    /// Account: of a server that no device uses. Bootstrap: what a Bootstrap-Server delivered, with
    /// its key.
    enum class Kind : std::uint8_t {
        Keep,
        Remove,
        KeepState,
        Replace,
        Rotate,
        KeepMany,
        Account,
        Change,
        Bootstrap,
        Detach,
        Attach
    };
    static constexpr std::uint32_t kindCount = 11;

    struct Step
    {
        std::uint32_t device;
        Kind kind;
        std::uint32_t seed; ///< of the key, or the value that is kept
    };

    struct Device
    {
        bool isAttached = true;
        std::optional<std::uint32_t> keySeed;
        std::optional<std::uint32_t> state;
        std::optional<std::uint32_t> pollPeriod; ///< ms
        std::optional<std::uint32_t> bootstrap;  ///< seed of the delivered key
        std::optional<std::uint32_t> lifetime;   ///< s, of the account that no device uses
        bool operator==(const Device&) const = default;
    };

    using Devices = std::array<Device, deviceCount>;

    [[nodiscard]] static Step step(std::uint32_t number)
    {
        return {number % deviceCount,
                static_cast<Kind>(number / deviceCount % kindCount),
                firstSeed + number};
    }

    /// After the steps 0 to `count` - 1.
    [[nodiscard]] static Devices after(std::uint32_t count)
    {
        Devices devices;
        for (std::uint32_t number = 0; number < count; ++number)
            take(step(number), devices);
        return devices;
    }

    [[nodiscard]] static std::uint32_t next(std::uint32_t device)
    {
        return (device + 1) % deviceCount;
    }

    [[nodiscard]] static std::string name(std::uint32_t device)
    {
        return "storm-" + std::to_string(device);
    }

    [[nodiscard]] static std::string account(std::uint32_t device)
    {
        return "account-" + std::to_string(device);
    }

    [[nodiscard]] static std::string delivered(std::uint32_t device)
    {
        return name(device) + ":101";
    }

private:
    static void detach(Device& device)
    {
        const auto lifetime = device.lifetime;
        device = {};
        device.isAttached = false;
        device.lifetime = lifetime;
    }

    static void take(const Step& step, Devices& devices)
    {
        Device& device = devices.at(step.device);
        switch (step.kind) {
        case Kind::KeepMany:
            devices.at(next(step.device)).keySeed = step.seed + secondSeed;
            [[fallthrough]];
        case Kind::Keep:
        case Kind::Replace:
            device.keySeed = step.seed;
            break;
        case Kind::KeepState:
            device.state = step.seed;
            break;
        case Kind::Rotate:
            break;
        case Kind::Account:
            device.lifetime = step.seed;
            break;
        case Kind::Change:
            device.pollPeriod = step.seed;
            break;
        case Kind::Remove:
            device.keySeed.reset();
            break;
        case Kind::Bootstrap:
            device.bootstrap = step.seed;
            device.keySeed.reset();
            break;
        case Kind::Detach:
            detach(device);
            break;
        case Kind::Attach:
            device.isAttached = true;
            break;
        }
    }
};

} // namespace causeway::tests
