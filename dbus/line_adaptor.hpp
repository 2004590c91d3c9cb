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

    std::string Name() override;
    Dictionary Settings() override;
    bool Up() override;
    std::string LastError() override;
    std::vector<std::string> Devices() override;
    api::Counters Counters() override;

    [[nodiscard]] const api::LineStatus& status() const;
};

} // namespace causeway::dbus
