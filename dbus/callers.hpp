// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/base/unique_function.hpp"

namespace sdbus {
class IConnection;
class IProxy;
} // namespace sdbus

namespace causeway::dbus {

/// Knows whose connection has sent a call; the bus daemon says so, not the caller.
class Callers
{
public:
    using Found = base::UniqueFunction<void(std::optional<std::uint32_t> uid)>;

    explicit Callers(sdbus::IConnection& connection);
    ~Callers();
    Callers(const Callers&) = delete;
    Callers& operator=(const Callers&) = delete;

    /// Later, within a bounded time; nothing for a caller that has gone.
    void find(const std::string& uniqueName, Found found);

private:
    std::unique_ptr<sdbus::IProxy> bus_;
};

} // namespace causeway::dbus
