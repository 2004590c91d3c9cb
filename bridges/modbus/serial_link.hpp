// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <linux/serial.h>

#include "agent/api/settings.hpp"
#include "agent/base/expected.hpp"
#include "bridges/modbus/descriptor_link.hpp"

namespace causeway::bridges::modbus {

/// A serial port, or a pty in its place. The port is ours alone while it is open. It speaks as its
/// line is set until told otherwise, and again so when it is opened anew. Who turns the line round
/// is given back as it was found.
class SerialLink final : public DescriptorLink
{
public:
    SerialLink(base::EventLoop& loop, const LineTuning& tuning, const api::LineSettings& settings);
    ~SerialLink() override;
    SerialLink(const SerialLink&) = delete;
    SerialLink& operator=(const SerialLink&) = delete;

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
    void onClosing() override;
    [[nodiscard]] base::Expected<base::UniqueFd> openPort();
    [[nodiscard]] base::Expected<void> configure(int fd);
    [[nodiscard]] base::Expected<void> setMode(int fd) const;
    [[nodiscard]] base::Expected<void> setDirection(int fd);
    void giveDirectionBack(int fd);

    api::LineSettings settings_;
    api::LineSettings spoken_;                   ///< with what the last unit has of its own
    bool isAstray_ = false;                      ///< the port may speak otherwise than that
    std::optional<serial_rs485> foundDirection_; ///< before it was set; none when it was not
};

} // namespace causeway::bridges::modbus
