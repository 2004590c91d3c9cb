// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/credential.hpp"

#include <fmt/format.h>

#include "dbus/ctl/json.hpp"
#include "dbus/secret_file.hpp"
#include "dbus/status_dict.hpp"

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

void checkKind(Client& client, const std::string& server, std::string_view kind)
{
    std::string mode;
    try {
        const auto settings = toJson(client.properties(Kind::Server, server)).at("Settings");
        mode = settings.at("securityMode").get<std::string>();
    } catch (const Failure& failure) {
        if (failure.kind() == base::ErrorKind::NotFound)
            return; // of a Bootstrap-Server's making, or the daemon's to refuse
        throw;
    }
    const bool isPsk = mode == "psk";
    const bool isKeyPair = mode == "rpk" || mode == "certificate";
    if ((isKeyPair && kind == pskKind) || (isPsk && kind == keyPairKind))
        throw Failure(
            base::ErrorKind::Refused,
            fmt::format("{} has security mode {}, where a {} is of no use; use causewayctl "
                        "{}, or change the mode first",
                        server,
                        mode,
                        isPsk ? "key pair" : "pre-shared key",
                        isPsk ? "credential" : "key-pair"));
}

Dictionary setCredential(Client& client,
                         const std::string& device,
                         const std::string& server,
                         const std::string& identity,
                         const base::Secret& key)
{
    checkKind(client, server, pskKind);
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
    checkKind(client, server, keyPairKind);
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
    checkKind(client, server, pskKind);
    Dictionary facts;
    client.withDevice(
        device, [&](DeviceProxy& proxy) { facts = proxy.GenerateCredential(server, identity); });
    return facts;
}

} // namespace causeway::dbus::ctl
