// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/credential.hpp"

#include "dbus/secret_file.hpp"
#include "dbus/status_dict.hpp"
#include "dbus/wire_words.hpp"

namespace causeway::dbus::ctl {

base::Secret keyOrFail(const std::string& file, KeyFormat format)
{
    auto key = readKey(file, format);
    if (!key)
        throw Failure(key.error());
    return std::move(*key);
}

namespace {

sdbus::UnixFd seal(const base::Secret& key)
{
    auto file = makeSecretFile(key.view());
    if (!file)
        throw Failure(file.error());
    return {file->release(), sdbus::adopt_fd};
}

} // namespace

void checkKind(Client& client, const std::string& server, api::CredentialKind kind)
{
    sdbus::Variant word;
    try {
        const auto settings = client.properties(Kind::Server, server).at("Settings");
        word = settings.get<Dictionary>().at("securityMode");
    } catch (const Failure& failure) {
        if (failure.kind() == base::ErrorKind::NotFound)
            return; // of a Bootstrap-Server's making, or the daemon's to refuse
        throw;
    }
    const auto mode = Wire<api::SecurityMode>::take(word);
    if (!mode)
        return; // of a newer daemon, which knows what goes with it
    if (auto checked = api::checkKind(server, *mode, kind); !checked)
        throw Failure(checked.error());
}

Dictionary setCredential(Client& client,
                         const std::string& device,
                         const std::string& server,
                         const std::string& identity,
                         const base::Secret& key)
{
    checkKind(client, server, api::CredentialKind::PreSharedKey);
    const sdbus::UnixFd secret = seal(key);
    Dictionary facts;
    client.withDevice(device, [&](DeviceProxy& proxy) {
        facts = proxy.SetCredential(server, std::string(pskKind), base::toBytes(identity), secret);
    });
    return facts;
}

Dictionary setKeyPair(Client& client,
                      const std::string& device,
                      const std::string& server,
                      const base::Secret& privateKey)
{
    checkKind(client, server, api::CredentialKind::KeyPair);
    const sdbus::UnixFd secret = seal(privateKey);
    Dictionary facts;
    client.withDevice(device, [&](DeviceProxy& proxy) {
        facts = proxy.SetCredential(server, std::string(keyPairKind), {}, secret);
    });
    return facts;
}

Dictionary generateCredential(Client& client,
                              const std::string& device,
                              const std::string& server,
                              const std::string& identity)
{
    checkKind(client, server, api::CredentialKind::PreSharedKey);
    Dictionary facts;
    client.withDevice(
        device, [&](DeviceProxy& proxy) { facts = proxy.GenerateCredential(server, identity); });
    return facts;
}

} // namespace causeway::dbus::ctl
