// SPDX-License-Identifier: Apache-2.0
#include "dbus/ctl/credential.hpp"

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

Dictionary setCredential(Client& client,
                         const std::string& device,
                         const std::string& server,
                         const std::string& identity,
                         const base::Secret& key)
{
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
    Dictionary facts;
    client.withDevice(
        device, [&](DeviceProxy& proxy) { facts = proxy.GenerateCredential(server, identity); });
    return facts;
}

} // namespace causeway::dbus::ctl
