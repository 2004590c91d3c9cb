// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "store/key_pair.hpp"
#include "store/vault.hpp"

/// The part of Vault that keeps what a Bootstrap-Server delivered.
namespace causeway::store {

namespace {

bool needsCredential(const api::DeliveredAccount& delivered)
{
    return delivered.account.settings.securityMode != api::SecurityMode::NoSec;
}

/// Its private key stays where it is; what was wrapped for one account is for another.
Material movedResident(const api::KeyPair& keyPair)
{
    base::Bytes chain;
    for (const auto& certificate : keyPair.certificates)
        chain.insert(chain.end(), certificate.begin(), certificate.end());
    return {keyPairKind,
            keyPair.publicKey,
            std::move(chain),
            keyPair.privateKey,
            false,
            keyPair.residence};
}

/// Whether the credential can be used in that mode.
bool fits(const CredentialRow& row, api::SecurityMode mode)
{
    if (mode == api::SecurityMode::Psk)
        return row.kind == pskKind;
    const bool isCertified = !row.certificates.empty();
    return row.kind == keyPairKind && (isCertified || mode == api::SecurityMode::RawPublicKey);
}

/// Whether they are a smartcard's, or what a Bootstrap-Server on it has made of them: what the
/// operator gave waits beside them for the end of the card.
bool areCards(DeviceTable& devices, const std::string& device)
{
    return !devices.clientState(device, api::cardMarkKey).empty();
}

} // namespace

base::Expected<void> Vault::putDevice(const api::DeviceSettings& device)
{
    Transaction transaction(database_);
    const bool isOther = devices_.serversOf(device.name) != device.servers;
    if (isOther) {
        if (auto given = giveBack(device.name); !given)
            return given;
    }
    const bool forgets = isOther && bootstraps_.clear(device.name, {});
    devices_.put(device);
    for (const auto& server : device.servers) {
        if (auto checked = rules_.checkRoles(server); !checked)
            return checked;
    }
    if (forgets)
        devices_.keepClientState(device.name, {{api::cardMarkKey, {}}});
    if (forgets)
        commit(transaction);
    else
        transaction.commit();
    return {};
}

base::Expected<void> Vault::giveBack(const std::string& device)
{
    if (areCards(devices_, device))
        return {}; // such a key belongs to the card, and goes with it
    const auto names = devices_.serversOf(device);
    const auto operators = servers_.all();
    for (const auto& account : bootstraps_.of(device)) {
        const auto& own = account.settings;
        const auto same = std::ranges::find_if(operators, [&](const auto& server) {
            return server.uri == own.uri && server.shortServerId == own.shortServerId &&
                   server.isBootstrap == own.isBootstrap &&
                   std::ranges::find(names, server.name) != names.end();
        });
        if (!api::isBootstrapped(own) || same == operators.end())
            continue;
        const api::CredentialId from{device, own.name};
        const api::CredentialId to{device, same->name};
        if (!credentials_.find(from) || credentials_.find(to))
            continue;
        if (auto moved = moveCredential(from, to); !moved)
            return moved;
    }
    return {};
}

base::Expected<void> Vault::moveCredential(const api::CredentialId& from,
                                           const api::CredentialId& to)
{
    if (!envelope_)
        return locked();
    const auto row = credentials_.find(from);
    const auto key = unwrap(from, *row);
    if (!key)
        return base::fail(key.error());
    credentials_.remove(from);
    const auto put =
        this->put(to, {row->kind, row->identity, row->certificates, *key, false, row->residence});
    return put ? base::Expected<void>() : base::fail(put.error());
}

base::Expected<void> Vault::keepBootstrap(const std::string& device, api::BootstrapResult result)
{
    if (!envelope_)
        return locked();
    Transaction transaction(database_);
    if (!devices_.endpointName(device))
        return base::fail(base::ErrorKind::NotFound, fmt::format("there is no device {}", device));
    const bool isCards = result.from == api::Provisioner::Smartcard;
    if (result.accounts.empty() && isCards) {
        bootstraps_.clear(device, {});
        devices_.keepClientState(device, result.state);
        commit(transaction);
        return {};
    }
    if (result.accounts.empty()) {
        if (auto back = goBackToFactory(device); !back)
            return back;
        devices_.keepClientState(device, result.state);
        commit(transaction);
        return {};
    }
    // What a card takes the place of is gone when the card is: the operator's keys must not be.
    if (isCards) {
        if (auto given = giveBack(device); !given)
            return given;
    }
    // Before anything is replaced: an account that keeps its key may get another's place.
    for (auto& delivered : result.accounts) {
        if (auto taken = takeOrigin(device, delivered); !taken)
            return taken;
    }
    std::set<std::string> names;
    for (const auto& delivered : result.accounts)
        names.insert(delivered.account.settings.name);
    removeOutdatedKeys(device, result);
    bootstraps_.clear(device, names);
    // What the Bootstrap-Server has deleted of the operator's accounts takes its key along.
    const bool isBesideCard = isCards || areCards(devices_, device);
    for (const auto& server : devices_.serversOf(device)) {
        if (!names.contains(server) && !isBesideCard)
            credentials_.remove({device, server});
    }
    for (const auto& delivered : result.accounts) {
        if (auto kept = putDelivered(device, delivered); !kept)
            return kept;
    }
    // Only now all of them are there.
    for (const auto& delivered : result.accounts) {
        if (!delivered.isOwn)
            continue;
        if (auto checked = rules_.checkServer(delivered.account.settings.name); !checked)
            return checked;
    }
    devices_.keepClientState(device, result.state);
    commit(transaction);
    return {};
}

// An account that is to be enrolled at keeps its key and certificate only while it leads to the
// same server.
void Vault::removeOutdatedKeys(const std::string& device, const api::BootstrapResult& result)
{
    const auto before = bootstraps_.of(device);
    for (const auto& delivered : result.accounts) {
        const auto& settings = delivered.account.settings;
        const bool isSame = std::ranges::any_of(before, [&](const auto& one) {
            return one.settings.name == settings.name && one.settings.uri == settings.uri &&
                   one.settings.securityMode == settings.securityMode &&
                   one.settings.identity == settings.identity;
        });
        if (delivered.isOwn && settings.securityMode == api::SecurityMode::Enrolment && !isSame)
            credentials_.remove({device, settings.name});
    }
}

base::Expected<void> Vault::goBackToFactory(const std::string& device)
{
    if (auto given = giveBack(device); !given)
        return given;
    if (!bootstraps_.clear(device, {}))
        return {}; // it has the operator's accounts, and they stay as they are
    const auto names = devices_.serversOf(device);
    const auto operators = servers_.all();
    const bool hasWay = std::ranges::any_of(operators, [&](const auto& server) {
        return std::ranges::find(names, server.name) != names.end() &&
               (server.securityMode == api::SecurityMode::NoSec ||
                credentials_.find({device, server.name}).has_value());
    });
    if (hasWay)
        return {};
    return base::fail(
        base::ErrorKind::Refused,
        fmt::format("{} has no credential left for any account that the operator gave", device));
}

bool Vault::wasNoSec(const std::string& device, const std::string& account)
{
    const auto before = bootstraps_.of(device);
    return std::ranges::any_of(before, [&](const auto& one) {
        return one.settings.name == account &&
               one.settings.securityMode == api::SecurityMode::NoSec;
    });
}

base::Expected<void> Vault::takeOrigin(const std::string& device, api::DeliveredAccount& delivered)
{
    const auto& settings = delivered.account.settings;
    if (!delivered.isOwn || delivered.credential || !needsCredential(delivered) ||
        settings.securityMode == api::SecurityMode::Enrolment) // its key is made later
        return {};
    const bool stays = delivered.origin == settings.name;
    const api::CredentialId origin{device, delivered.origin};
    const auto row = credentials_.find(origin);
    if (!row && stays && !wasNoSec(device, settings.name)) // an operator has removed it
        return {};
    if (!row || !fits(*row, settings.securityMode))
        return base::fail(base::ErrorKind::InvalidArgument,
                          fmt::format("{} has no credential of its security mode that could go on",
                                      settings.name));
    if (stays)
        return {};
    auto key = unwrap(origin, *row);
    if (!key)
        return base::fail(key.error());
    credentials_.remove(origin);
    if (row->kind == keyPairKind)
        delivered.credential = api::KeyPair{
            row->identity, std::move(*key), key_pair::split(row->certificates), {}, row->residence};
    else
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
    const auto* const psk = std::get_if<api::PskCredential>(&*delivered.credential);
    const auto row = psk != nullptr
                         ? admit(id, *psk, false)
                         : admitKeyPair(id, std::get<api::KeyPair>(*delivered.credential));
    if (!row)
        return base::fail(row.error());
    return {};
}

base::Expected<CredentialRow> Vault::admitKeyPair(const api::CredentialId& id,
                                                  const api::KeyPair& keyPair)
{
    // It was here under another name: takeOrigin(). Nothing else says so.
    if (keyPair.residence == api::KeyResidence::Tpm)
        return put(id, movedResident(keyPair));
    const auto keys = key_pair::read(keyPair.privateKey.view());
    if (!keys)
        return base::fail(keys.error());
    if (!keyPair.publicKey.empty() && keyPair.publicKey != keys->publicKey)
        return base::fail(base::ErrorKind::InvalidArgument,
                          "the public key is not that of the private key");
    base::Bytes chain;
    for (const auto& certificate : keyPair.certificates) {
        const auto read = key_pair::readCertificates(certificate);
        if (!read)
            return base::fail(read.error());
        chain.insert(chain.end(), read->begin(), read->end());
    }
    if (!chain.empty()) {
        const auto facts = key_pair::describe(chain);
        if (!facts)
            return base::fail(facts.error());
        if (facts->publicKey != keys->publicKey)
            return base::fail(
                base::ErrorKind::InvalidArgument,
                fmt::format("the certificate of {} is for another private key", facts->subject));
    }
    return put(id, {keyPairKind, keys->publicKey, std::move(chain), keys->privateKey, false});
}

} // namespace causeway::store
