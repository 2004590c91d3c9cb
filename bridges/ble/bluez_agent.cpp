// SPDX-License-Identifier: Apache-2.0
#include "bridges/ble/bluez_agent.hpp"

#include <utility>

#include "agent/base/log.hpp"

namespace causeway::bridges::ble {

namespace {

constexpr const char* agentPath = "/org/causeway/Agent";
/// agent-api.txt; with it a device that has a display shows its passkey, and all others just work.
constexpr const char* capability = "KeyboardOnly";

/// The bus may have gone meanwhile, and with it who asked.
template <typename Send>
void send(Send answer)
{
    try {
        answer();
    } catch (const sdbus::Error& error) {
        log::debug("an answer to bluetoothd was not sent: {ERROR}", "ERROR", error.what());
    }
}

template <typename Result>
void reject(const Result& result)
{
    send([&] {
        result.returnError(
            sdbus::Error(bus::ErrorName("org.bluez.Error.Rejected"), "the gateway does not do so"));
    });
}

} // namespace

BluezAgent::BluezAgent(sdbus::IConnection& connection, Site site)
    : Adaptors(connection, sdbus::ObjectPath{agentPath})
    , Proxies(connection, bus::ServiceName{"org.bluez"}, sdbus::ObjectPath{"/org/bluez"})
    , site_(std::move(site))
{
    registerAdaptor();
    registerProxy();
    // It becomes the default for whatever pairs by itself when there is no other.
    RegisterAgent(sdbus::ObjectPath{agentPath}, capability);
}

BluezAgent::~BluezAgent()
{
    unregisterProxy();
    unregisterAdaptor();
}

void BluezAgent::onRegisterAgentReply(bus::MaybeError error)
{
    if (error)
        log::warning("bluetoothd takes no agent: {ERROR}; devices that want a passkey cannot be "
                     "bonded",
                     "ERROR",
                     error->getMessage());
}

void BluezAgent::answerPasskey(const std::string& path, std::uint32_t passkey)
{
    if (const auto question = questions_.extract(path); !question.empty())
        send([&] { question.mapped().returnResults(passkey); });
}

void BluezAgent::RequestPasskey(sdbus::Result<std::uint32_t>&& result, sdbus::ObjectPath device)
{
    if (!site_.isOurs(device))
        return reject(result);
    questions_.insert_or_assign(device, std::move(result));
    site_.onPasskeyWanted(device);
}

void BluezAgent::RequestAuthorization(sdbus::Result<>&& result, sdbus::ObjectPath device)
{
    if (!site_.isOurs(device))
        return reject(result);
    send([&] { result.returnResults(); });
}

void BluezAgent::RequestPinCode(sdbus::Result<std::string>&& result, sdbus::ObjectPath)
{
    reject(result);
}

void BluezAgent::DisplayPinCode(sdbus::Result<>&& result, sdbus::ObjectPath, std::string)
{
    reject(result);
}

void BluezAgent::DisplayPasskey(sdbus::Result<>&& result,
                                sdbus::ObjectPath,
                                std::uint32_t,
                                std::uint16_t)
{
    reject(result);
}

void BluezAgent::RequestConfirmation(sdbus::Result<>&& result, sdbus::ObjectPath, std::uint32_t)
{
    reject(result);
}

void BluezAgent::AuthorizeService(sdbus::Result<>&& result, sdbus::ObjectPath, std::string)
{
    reject(result);
}

} // namespace causeway::bridges::ble
