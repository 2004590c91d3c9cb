// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/api/device_account.hpp"
#include "agent/api/package_fetch.hpp"
#include "agent/api/transport.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/firmware/package_uri.hpp"

namespace causeway::agent {

/// From where one device may fetch its firmware, and with which credentials: by coaps those of the
/// account whose server has the same host, by coap where the gateway allows plaintext. Main thread.
class DeviceRepositories final : public api::PackageFetcher
{
public:
    /// The accounts as they are when a fetch begins.
    using Accounts = std::function<const std::vector<api::DeviceAccount>&()>;

    struct Rules
    {
        bool allowsPlaintext = false;
    };

    /// Transport and scheduler outlive it; `device` is its name.
    DeviceRepositories(std::string device,
                       api::Transport& transport,
                       base::Scheduler& scheduler,
                       Rules rules,
                       Accounts accounts);

    [[nodiscard]] std::vector<api::PackageProtocol> protocols() const override;
    [[nodiscard]] std::unique_ptr<api::PackageFetch> fetch(api::FetchPlan plan,
                                                           api::FetchListener& listener) override;

private:
    [[nodiscard]] bool isSpoken(const lwm2m::PackageUri& uri) const;
    [[nodiscard]] base::Expected<api::SessionSettings>
    settingsFor(const lwm2m::PackageUri& uri) const;

    std::string device_;
    api::Transport& transport_;
    base::Scheduler& scheduler_;
    Rules rules_;
    Accounts accounts_;
};

} // namespace causeway::agent
