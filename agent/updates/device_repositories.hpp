// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/api/device_account.hpp"
#include "agent/api/package_fetch.hpp"
#include "agent/api/transport.hpp"
#include "agent/api/web.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/firmware/package_uri.hpp"

namespace causeway::agent {

/// From where one device may fetch its firmware, and with which credentials: by coaps and https
/// those of the account whose server has the same host, by coap and http where the gateway allows
/// plaintext. By https also from a host that no account is for, if the gateway's operator has said
/// that its trust store may vouch for one. Main thread.
class DeviceRepositories final : public api::PackageFetcher
{
public:
    /// The accounts as they are when a fetch begins.
    using Accounts = std::function<const std::vector<api::DeviceAccount>&()>;

    struct Rules
    {
        bool allowsPlaintext = false;
        bool trustsStrangers = false; ///< by https, if the trust store vouches for them
    };

    /// What speaks the protocols; outlives it.
    struct Services
    {
        api::Transport& transport;
        base::Scheduler& scheduler;
        api::WebFetcher* web = nullptr; ///< none: neither http nor https is spoken
    };

    /// `device` is its name.
    DeviceRepositories(std::string device, Services services, Rules rules, Accounts accounts);

    [[nodiscard]] std::vector<api::PackageProtocol> protocols() const override;
    [[nodiscard]] std::unique_ptr<api::PackageFetch> fetch(api::FetchPlan plan,
                                                           api::FetchListener& listener) override;

private:
    [[nodiscard]] bool isSpoken(const lwm2m::PackageUri& uri) const;
    /// None: no account has credentials for it.
    [[nodiscard]] const api::ServerSettings*
    accountFor(const std::string& host,
               std::uint16_t port,
               std::optional<api::PackageProtocol> protocol) const;
    [[nodiscard]] base::Expected<api::SessionSettings>
    settingsFor(const lwm2m::PackageUri& uri) const;
    [[nodiscard]] base::Expected<api::StreamSettings> streamFor(const api::WebOrigin& origin) const;

    std::string device_;
    Services services_;
    Rules rules_;
    Accounts accounts_;
};

} // namespace causeway::agent
