// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "agent/api/credential_lists.hpp"
#include "agent/api/gateway_control.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::agent {

/// Turns lists of one server account into credentials of its devices and back. Main thread;
/// all that it is given outlives it.
class CredentialLists final : public api::CredentialLists
{
public:
    /// Told of each credential that a list has changed.
    using OnChanged = std::function<void(const api::CredentialId&)>;

    CredentialLists(base::Scheduler& scheduler,
                    const api::GatewayControl& gateway,
                    api::CredentialListStore& store,
                    OnChanged onChanged);

    void importAll(const std::string& server,
                   std::vector<api::ListedCredential> list,
                   CountDone done) override;
    void generateMissing(const std::string& server, CountDone done) override;
    void exportAll(const std::string& server, ListDone done) override;

private:
    /// The server's devices: name -> endpoint name.
    using Endpoints = std::map<std::string, std::string>;

    [[nodiscard]] base::Expected<Endpoints> endpointsOf(const std::string& server) const;
    template <typename Done>
    void refuse(Done done, base::Error error);

    base::Scheduler& scheduler_;
    const api::GatewayControl& gateway_;
    api::CredentialListStore& store_;
    OnChanged onChanged_;
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
