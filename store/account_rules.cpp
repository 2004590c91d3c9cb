// SPDX-License-Identifier: Apache-2.0
#include "store/account_rules.hpp"

#include <utility>

#include <fmt/format.h>

#include "store/key_pair.hpp"
#include "store/server_place.hpp"

namespace causeway::store {

namespace {

using api::CredentialId;
using base::Expected;

/// In the other modes nobody looks at the server's key.
constexpr std::string_view pinColumns =
    "SELECT name, is_bootstrap, security_mode, server_public_key, matching_type, "
    "certificate_usage FROM server WHERE server_public_key <> x'' AND security_mode IN (1, 2)";

ServerPin readPin(const Row& row)
{
    ServerPin pin;
    pin.server = row.text(0);
    pin.isBootstrap = row.boolean(1);
    pin.mode = static_cast<api::SecurityMode>(row.number<std::uint8_t>(2));
    pin.identity.publicKey = row.octets(3);
    pin.identity.matchingType = static_cast<api::MatchingType>(row.number<std::uint8_t>(4));
    pin.identity.certificateUsage = static_cast<api::CertificateUsage>(row.number<std::uint8_t>(5));
    return pin;
}

tl::unexpected<base::Error> refuse(std::string sentence)
{
    return base::fail(base::ErrorKind::InvalidArgument, std::move(sentence));
}

/// Nobody else's certificate is a device's own.
base::Bytes firstOf(const base::Bytes& certificates)
{
    auto chain = key_pair::split(certificates);
    return chain.empty() ? base::Bytes() : std::move(chain.front());
}

} // namespace

AccountRules::AccountRules(Database& database)
    : otherWithKey_(database,
                    "SELECT device, server FROM credential "
                    "WHERE fingerprint = ? AND NOT (device = ? AND server = ?)")
    , othersWithIdentity_(database,
                          "SELECT credential.device, credential.server, server.uri "
                          "FROM credential JOIN server ON server.name = credential.server "
                          "WHERE credential.identity = ? AND credential.device <> ?")
    , identitiesAt_(database,
                    "SELECT device, identity FROM credential WHERE server = ? AND kind = 'psk'")
    , keyPairs_(database,
                "SELECT device, server, identity, certificates FROM credential "
                "WHERE kind = 'key-pair'")
    , uri_(database, "SELECT uri FROM server WHERE name = ?")
    , pins_(database, std::string(pinColumns))
    , pin_(database, fmt::format("{} AND name = ?", pinColumns))
    , deviceOfBoth_(database,
                    "SELECT one.device FROM device_server one "
                    "JOIN device_server other ON other.device = one.device "
                    "WHERE one.server = ?1 AND other.server = ?2 "
                    "UNION SELECT one.device FROM bootstrapped_account one "
                    "JOIN bootstrapped_account other ON other.device = one.device "
                    "WHERE one.server = ?1 AND other.server = ?2 LIMIT 1")
{}

Expected<void> AccountRules::checkCredential(const CredentialId& id, const CredentialRow& row)
{
    std::optional<CredentialId> other;
    otherWithKey_.each(
        [&](const Row& one) {
            other = CredentialId{one.text(0), one.text(1)};
        },
        row.fingerprint,
        id.device,
        id.server);
    if (other)
        return refuse(fmt::format("{} uses this key for {} already; each account needs its own",
                                  other->device,
                                  other->server));
    if (row.kind != keyPairKind)
        return checkIdentity(id, row.identity);
    // Whoever has the server's key could be taken for the server by every other device.
    const auto certificate = firstOf(row.certificates);
    for (const auto& pin : pins()) {
        if (isPinned(pin, row.identity, certificate))
            return refuse(fmt::format("this is the key pair of the server {} itself; the device "
                                      "needs its own",
                                      pin.server));
    }
    return {};
}

Expected<void> AccountRules::checkIdentity(const CredentialId& id, base::ByteView identity)
{
    const std::string place = placeOf(uriOf(id.server));
    std::optional<CredentialId> other;
    othersWithIdentity_.each(
        [&](const Row& one) {
            if (placeOf(one.text(2)) == place)
                other = CredentialId{one.text(0), one.text(1)};
        },
        identity,
        id.device);
    if (!other)
        return {};
    return refuse(fmt::format("{} has this PSK identity at {} already; each device needs its own",
                              other->device,
                              other->server));
}

Expected<void> AccountRules::checkServer(const std::string& name)
{
    if (auto checked = checkIdentities(name); !checked)
        return checked;
    if (auto checked = checkKeyPairs(name); !checked)
        return checked;
    return checkRoles(name);
}

Expected<void> AccountRules::checkIdentities(const std::string& server)
{
    std::vector<std::pair<std::string, base::Bytes>> identities;
    identitiesAt_.each([&](const Row& row) { identities.emplace_back(row.text(0), row.octets(1)); },
                       server);
    for (const auto& [device, identity] : identities) {
        if (auto checked = checkIdentity({device, server}, identity); !checked)
            return base::fail(checked.error().in(fmt::format("{} at {}", device, uriOf(server))));
    }
    return {};
}

Expected<void> AccountRules::checkKeyPairs(const std::string& server)
{
    const auto pin = pinOf(server);
    if (!pin)
        return {};
    std::optional<CredentialId> holder;
    keyPairs_.each([&](const Row& row) {
        if (isPinned(*pin, row.octets(2), firstOf(row.octets(3))))
            holder = CredentialId{row.text(0), row.text(1)};
    });
    if (!holder)
        return {};
    return refuse(fmt::format("{} has the key pair of the server {} for {}; each needs its own",
                              holder->device,
                              server,
                              holder->server));
}

Expected<void> AccountRules::checkRoles(const std::string& name)
{
    const auto mine = pinOf(name);
    if (!mine || !isOfServer(*mine))
        return {};
    for (const auto& pin : pins()) {
        if (pin.isBootstrap == mine->isBootstrap || !isOfServer(pin) || !isSameKey(*mine, pin))
            continue;
        std::optional<std::string> device;
        deviceOfBoth_.each([&](const Row& row) { device = row.text(0); }, name, pin.server);
        if (device)
            return refuse(fmt::format("{} and {} of {} are known by the same key; a "
                                      "Bootstrap-Server needs its own",
                                      name,
                                      pin.server,
                                      *device));
    }
    return {};
}

std::string AccountRules::uriOf(const std::string& server)
{
    std::string uri;
    uri_.each([&](const Row& row) { uri = row.text(0); }, server);
    return uri;
}

std::vector<ServerPin> AccountRules::pins()
{
    std::vector<ServerPin> all;
    pins_.each([&](const Row& row) { all.push_back(readPin(row)); });
    return all;
}

std::optional<ServerPin> AccountRules::pinOf(const std::string& server)
{
    std::optional<ServerPin> pin;
    pin_.each([&](const Row& row) { pin = readPin(row); }, server);
    return pin;
}

} // namespace causeway::store
