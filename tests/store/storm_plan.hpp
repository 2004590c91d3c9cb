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
    enum class Kind : std::uint8_t { Keep, KeepState, Rotate, Replace, KeepMany, Remove };
    static constexpr std::uint32_t kindCount = 6;

    struct Step
    {
        std::uint32_t device;
        Kind kind;
        std::uint32_t seed; ///< of the key, or the state's value
    };

    struct Device
    {
        std::optional<std::uint32_t> keySeed;
        std::optional<std::uint32_t> state;
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
        for (std::uint32_t number = 0; number < count; ++number) {
            const Step now = step(number);
            Device& device = devices.at(now.device);
            if (now.kind == Kind::KeepState)
                device.state = now.seed;
            else if (now.kind == Kind::Remove)
                device.keySeed.reset();
            else if (now.kind != Kind::Rotate)
                device.keySeed = now.seed;
            if (now.kind == Kind::KeepMany)
                devices.at(next(now.device)).keySeed = now.seed + secondSeed;
        }
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
};

} // namespace causeway::tests
