// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"
#include "bridges/modbus/descriptor_link.hpp"

namespace causeway::bridges::modbus {

/// A serial port, or a pty in its place. The port is ours alone while it is open. It speaks as its
/// line is set until told otherwise, and again so when it is opened anew.
class SerialLink final : public DescriptorLink
{
public:
    SerialLink(base::EventLoop& loop, const LineTuning& tuning, const api::LineSettings& settings);

    /// InvalidArgument for a speed that no serial port has, and the like.
    [[nodiscard]] static base::Expected<void> check(const api::LineSettings& settings);

    /// The line's settings with what a device has of its own.
    [[nodiscard]] static api::LineSettings with(api::LineSettings settings,
                                                const api::SerialMode& mode);

    [[nodiscard]] base::Duration wireTime(std::size_t octets) const override;
    [[nodiscard]] base::Duration silence() const override;
    [[nodiscard]] base::Duration silenceBefore(const api::SerialMode& mode) const override;
    [[nodiscard]] base::Expected<void> speak(const api::SerialMode& mode) override;

private:
    void tryOpen() override;
    [[nodiscard]] base::Expected<base::UniqueFd> openPort() const;
    [[nodiscard]] base::Expected<void> configure(int fd) const;
    [[nodiscard]] base::Expected<void> setMode(int fd) const;
    [[nodiscard]] base::Expected<void> setDirection(int fd) const;

    api::LineSettings settings_;
    api::LineSettings spoken_; ///< with what the last unit has of its own
    bool isAstray_ = false;    ///< the port may speak otherwise than that
};

} // namespace causeway::bridges::modbus
