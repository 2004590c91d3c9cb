// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"
#include "bridges/modbus/descriptor_link.hpp"

namespace causeway::bridges::modbus {

/// A serial port, or a pty in its place. The port is ours alone while it is open.
class SerialLink final : public DescriptorLink
{
public:
    SerialLink(base::EventLoop& loop, const LineTuning& tuning, const api::LineSettings& settings);

    /// InvalidArgument for a speed that no serial port has, and the like.
    [[nodiscard]] static base::Expected<void> check(const api::LineSettings& settings);

    [[nodiscard]] base::Duration wireTime(std::size_t octets) const override;
    [[nodiscard]] base::Duration silence() const override;

private:
    void tryOpen() override;
    [[nodiscard]] base::Expected<base::UniqueFd> openPort() const;
    [[nodiscard]] base::Expected<void> configure(int fd) const;
    [[nodiscard]] base::Duration characterTime() const;

    api::LineSettings settings_;
};

} // namespace causeway::bridges::modbus
