// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/api/credential_kind.hpp"
#include "agent/base/log.hpp"
#include "agent/gateway.hpp"

// What an operator does with one device: its credentials, its Resources, its registrations.
namespace causeway::agent {

using base::ErrorKind;
using base::Expected;
using base::fail;

namespace {

/// For the journal: what became of what an operator did by hand.
template <typename Done>
auto journaled(std::string device, std::string deed, Done done)
{
    return [device = std::move(device), deed = std::move(deed), done = std::move(done)](
               Expected<void> result) mutable {
        if (result)
            log::notice("{DEVICE}: {DEED} by an operator", "DEVICE", device, "DEED", deed);
        else
            log::notice("{DEVICE}: not {DEED} by an operator: {ERROR}",
                        "DEVICE",
                        device,
                        "DEED",
                        deed,
                        "ERROR",
                        result.error().message);
        done(std::move(result));
    };
}

} // namespace

void Gateway::setCredential(api::CredentialId id, api::Credential credential, CredentialDone done)
{
    if (auto checked = checkKind(id, std::holds_alternative<api::KeyPair>(credential)); !checked)
        return answer(std::move(done), std::move(checked.error()));
    services_.credentials.store(id, std::move(credential), afterCredential(id, std::move(done)));
}

void Gateway::generateCredential(api::CredentialId id, std::string identity, CredentialDone done)
{
    if (auto checked = checkKind(id, false); !checked)
        return answer(std::move(done), std::move(checked.error()));
    if (identity.empty())
        identity = devices_.at(id.device)->endpointName();
    services_.credentials.generate(
        id, base::toBytes(identity), afterCredential(id, std::move(done)));
}

void Gateway::generateKeyPair(api::CredentialId id, api::KeyResidence in, CredentialDone done)
{
    if (auto checked = checkKind(id, true); !checked)
        return answer(std::move(done), std::move(checked.error()));
    services_.credentials.generateKeyPair(id, in, afterCredential(id, std::move(done)));
}

void Gateway::requestCertificate(api::CredentialId id, BytesDone done)
{
    if (auto checked = checkCredential(id); !checked)
        return answer(std::move(done), std::move(checked.error()));
    services_.credentials.requestCertificate(id, std::move(done));
}

void Gateway::setCertificate(api::CredentialId id, base::Bytes certificates, CredentialDone done)
{
    if (auto checked = checkCredential(id); !checked)
        return answer(std::move(done), std::move(checked.error()));
    services_.credentials.setCertificate(
        id, std::move(certificates), afterCredential(id, std::move(done)));
}

void Gateway::exportCredential(api::CredentialId id, SecretDone done)
{
    if (auto checked = checkCredential(id); !checked)
        return answer(std::move(done), std::move(checked.error()));
    services_.credentials.exportOnce(id, std::move(done));
}

void Gateway::describeCredential(api::CredentialId id, CredentialDone done)
{
    if (auto checked = checkKnown(id); !checked)
        return answer(std::move(done), std::move(checked.error()));
    services_.credentials.describe(id, std::move(done));
}

void Gateway::removeCredential(api::CredentialId id, Done done)
{
    if (auto checked = checkKnown(id); !checked)
        return answer(std::move(done), std::move(checked.error()));
    services_.credentials.remove(
        id, lifetime_.guard([this, id, done = std::move(done)](Expected<void> removed) mutable {
            if (removed) {
                log::notice("{DEVICE}: the credential for {SERVER} is removed",
                            "DEVICE",
                            id.device,
                            "SERVER",
                            id.server);
                onCredentialChanged(id);
            }
            done(std::move(removed));
        }));
}

void Gateway::readResource(const std::string& device, const model::Path& path, SampleDone done)
{
    const auto found = findEnabled(device);
    if (!found)
        return answer(std::move(done), found.error());
    (*found)->read(path, later(std::move(done)));
}

void Gateway::writeResource(const std::string& device,
                            const model::Path& path,
                            const model::Value& value,
                            Done done)
{
    const auto found = findEnabled(device);
    if (!found)
        return answer(std::move(done), found.error());
    auto deed = fmt::format("{} = {} written", path.toString(), model::toText(value));
    (*found)->write(path, value, later<void>(journaled(device, std::move(deed), std::move(done))));
}

void Gateway::executeResource(const std::string& device,
                              const model::Path& path,
                              const std::string& arguments,
                              Done done)
{
    const auto found = findEnabled(device);
    if (!found)
        return answer(std::move(done), found.error());
    auto deed = path.toString() + " executed";
    (*found)->execute(
        path, arguments, later<void>(journaled(device, std::move(deed), std::move(done))));
}

void Gateway::updateNow(const std::string& device, const std::string& server, Done done)
{
    const auto found = findEnabled(device);
    if (!found)
        return answer(std::move(done), found.error());
    if (!(*found)->updateNow(server)) {
        auto reason = server.empty()
                          ? fmt::format("{} registers with no server", device)
                          : fmt::format("{} does not register with \"{}\"", device, server);
        return answer(std::move(done), base::Error{ErrorKind::NotFound, std::move(reason)});
    }
    services_.scheduler.post([done = std::move(done)]() mutable { done({}); });
}

void Gateway::send(const std::string& device,
                   const std::string& server,
                   const std::vector<model::Path>& paths,
                   Done done)
{
    const auto found = findEnabled(device);
    if (!found)
        return answer(std::move(done), found.error());
    (*found)->send(server, paths, later(std::move(done)));
}

Expected<void> Gateway::checkCredential(const api::CredentialId& id) const
{
    const auto device = find(id.device);
    if (!device)
        return fail(device.error());
    const auto& servers = (*device)->settings().servers;
    const bool isUsed = std::ranges::any_of((*device)->accounts(), [&](const auto& account) {
        return account.settings.name == id.server;
    });
    if (!isUsed && std::ranges::find(servers, id.server) == servers.end())
        return fail(ErrorKind::NotFound,
                    fmt::format("{} does not register with \"{}\"", id.device, id.server));
    return {};
}

Expected<void> Gateway::checkKind(const api::CredentialId& id, bool isKeyPair) const
{
    if (auto checked = checkCredential(id); !checked)
        return checked;
    const auto server = servers_.find(id.server);
    if (server == servers_.end()) // the device's own, of its Bootstrap-Server
        return {};
    return api::checkKind(id.server,
                          server->second.securityMode,
                          isKeyPair ? api::CredentialKind::KeyPair
                                    : api::CredentialKind::PreSharedKey);
}

/// For who shows or removes: a credential stays when its device is given other servers.
Expected<void> Gateway::checkKnown(const api::CredentialId& id) const
{
    if (servers_.contains(id.server) && devices_.contains(id.device))
        return {};
    return checkCredential(id);
}

Expected<AttachedDevice*> Gateway::findEnabled(const std::string& device) const
{
    auto found = find(device);
    if (found && !(*found)->settings().isEnabled)
        return fail(ErrorKind::Refused,
                    fmt::format("{} is disabled (causewayctl device enable {})", device, device));
    return found;
}

api::GatewayControl::CredentialDone Gateway::afterCredential(const api::CredentialId& id,
                                                             CredentialDone done)
{
    return lifetime_.guard(
        [this, id, done = std::move(done)](Expected<api::CredentialFacts> facts) mutable {
            if (facts) {
                log::notice("{DEVICE}: new credential for {SERVER}, fingerprint {FINGERPRINT}",
                            "DEVICE",
                            id.device,
                            "SERVER",
                            id.server,
                            "FINGERPRINT",
                            facts->fingerprint);
                onCredentialChanged(id);
            }
            done(std::move(facts));
        });
}

void Gateway::onCredentialChanged(const api::CredentialId& id)
{
    if (const auto device = find(id.device))
        (*device)->onCredentialChanged(id.server);
    services_.credentialChanged();
    tell([&](auto& listener) { listener.onDeviceChanged(id.device); });
}

} // namespace causeway::agent
