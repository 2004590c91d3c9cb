// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gateway1_line_adaptor.h>

#include "dbus/exported_object.hpp"

namespace causeway::dbus {

/// org.causeway.Gateway1.Line of one line.
class LineAdaptor final : public ExportedObject<org::causeway::Gateway1::Line_adaptor>
{
public:
    LineAdaptor(const Context& context, std::string name);

private:
    void Change(sdbus::Result<>&& result, Dictionary settings) override;
    void Remove(sdbus::Result<>&& result) override;
    void ReadRegisters(sdbus::Result<std::vector<std::uint16_t>>&& result,
                       std::uint8_t unit,
                       std::string table,
                       std::uint16_t address,
                       std::uint16_t count) override;
    void WriteRegisters(sdbus::Result<>&& result,
                        std::uint8_t unit,
                        std::string table,
                        std::uint16_t address,
                        std::vector<std::uint16_t> values) override;
    void Pause(sdbus::Result<>&& result) override;
    void Resume(sdbus::Result<>&& result) override;
    void StartScan(sdbus::Result<>&& result, Dictionary options) override;
    void StopScan(sdbus::Result<>&& result) override;
    void Trace(sdbus::Result<std::vector<Dictionary>, std::uint64_t, std::uint64_t>&& result,
               std::uint64_t since) override;

    std::string Name() override;
    Dictionary Settings() override;
    bool Up() override;
    std::string LastError() override;
    std::vector<std::string> Devices() override;
    bool Paused() override;
    Dictionary Scan() override;
    Dictionary Units() override;
    api::Counters Counters() override;

    [[nodiscard]] const api::LineStatus& status() const;
};

} // namespace causeway::dbus
