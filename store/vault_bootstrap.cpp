// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <fmt/format.h>

#include "store/vault.hpp"

/// The part of Vault that keeps what a Bootstrap-Server delivered.
namespace causeway::store {

namespace {

bool needsCredential(const api::DeliveredAccount& delivered)
{
    return delivered.account.settings.securityMode != api::SecurityMode::NoSec;
}

} // namespace

base::Expected<void> Vault::putDevice(const api::DeviceSettings& device)
{
    Transaction transaction(database_);
    const bool isOther = devices_.serversOf(device.name) != device.servers;
    const bool forgets = isOther && bootstraps_.clear(device.name, {});
    devices_.put(device);
    if (forgets)
        commit(transaction);
    else
        transaction.commit();
    return {};
}

base::Expected<void> Vault::keepBootstrap(const std::string& device, api::BootstrapResult result)
{
    if (!envelope_)
        return locked();
    Transaction transaction(database_);
    if (!devices_.endpointName(device))
        return base::fail(base::ErrorKind::NotFound, fmt::format("there is no device {}", device));
    // Before anything is replaced: an account that keeps its key may get another's place.
    for (auto& delivered : result.accounts) {
        if (auto taken = takeOrigin(device, delivered); !taken)
            return taken;
    }
    std::set<std::string> names;
    for (const auto& delivered : result.accounts)
        names.insert(delivered.account.settings.name);
    bootstraps_.clear(device, names);
    // What the Bootstrap-Server has deleted of the operator's accounts takes its key along.
    for (const auto& server : devices_.serversOf(device)) {
        if (!names.contains(server))
            credentials_.remove({device, server});
    }
    for (const auto& delivered : result.accounts) {
        if (auto kept = putDelivered(device, delivered); !kept)
            return kept;
    }
    devices_.keepClientState(device, result.state);
    commit(transaction);
    return {};
}

base::Expected<void> Vault::takeOrigin(const std::string& device, api::DeliveredAccount& delivered)
{
    const auto& name = delivered.account.settings.name;
    const bool moves = delivered.isOwn && !delivered.credential && needsCredential(delivered) &&
                       delivered.origin != name;
    if (!moves)
        return {};
    const api::CredentialId origin{device, delivered.origin};
    const auto row = credentials_.find(origin);
    if (!row || row->kind != pskKind)
        return base::fail(base::ErrorKind::InvalidArgument,
                          fmt::format("{} has no pre-shared key that could go on", name));
    auto key = unwrap(origin, *row);
    if (!key)
        return base::fail(key.error());
    credentials_.remove(origin);
    delivered.credential = api::PskCredential{row->identity, std::move(*key)};
    return {};
}

base::Expected<void> Vault::putDelivered(const std::string& device,
                                         const api::DeliveredAccount& delivered)
{
    const auto& settings = delivered.account.settings;
    const api::CredentialId id{device, settings.name};
    if (delivered.isOwn)
        servers_.put(settings, device);
    bootstraps_.add(device, delivered.account);
    if (delivered.isOwn && !needsCredential(delivered))
        credentials_.remove(id);
    if (!delivered.credential)
        return {};
    return admit(id, *delivered.credential, false).map([](const auto&) {});
}

} // namespace causeway::store
