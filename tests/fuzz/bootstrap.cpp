// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "agent/base/log.hpp"
#include "agent/lwm2m/client.hpp"
#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/objects/device_object.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/fake_transport.hpp"
#include "tests/fuzz/lwm2m_request.hpp"

using namespace causeway;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t headerSize = 4; // verb, formats, and the length of what follows

std::vector<api::DeviceAccount> accounts()
{
    api::ServerSettings bootstrapServer;
    bootstrapServer.name = "boot";
    bootstrapServer.uri = "coaps://bs.example";
    bootstrapServer.isBootstrap = true;
    bootstrapServer.lwm2mVersion = "1.2";
    api::ServerSettings server;
    server.name = "site";
    server.uri = "coaps://site.example";
    server.shortServerId = 7;
    return api::factoryAccounts({bootstrapServer, server});
}

bool isSuccess(const api::Response& response)
{
    return static_cast<unsigned>(response.code) < 128;
}

bool isFinish(const api::Request& request)
{
    return request.method == api::Method::Post && request.path == std::vector<std::string>{"bs"};
}

/// Objects 0 is listed, and never read: there are the keys.
bool isReadOfSecurity(const api::Request& request)
{
    const bool isThere = !request.path.empty() && request.path.front() == "0";
    return isThere && request.method == api::Method::Get && request.accept != lwm2m::linkFormat;
}

/// What passed the consistency check can be kept: one Bootstrap-Server, a server of each Short
/// Server ID, a credential or the account it comes from.
bool isConsistent(const api::BootstrapResult& result)
{
    std::vector<std::uint16_t> ids;
    for (const auto& delivered : result.accounts) {
        const auto& settings = delivered.account.settings;
        const bool isSecured = settings.securityMode != api::SecurityMode::NoSec;
        if (settings.name.empty() ||
            (isSecured && !delivered.credential && delivered.origin.empty()))
            return false;
        ids.push_back(settings.isBootstrap ? std::uint16_t{0} : settings.shortServerId);
    }
    std::ranges::sort(ids);
    return ids.size() > 1 && ids.front() == 0 && std::ranges::adjacent_find(ids) == ids.end();
}

/// What the next request may do. Nothing is heard once the bootstrap has ended, by what was
/// delivered (LwM2M Core §6.1.7.4) or by too many requests.
void ask(fakes::FakePeer& peer, const fuzz::Owner& owner, api::Request request)
{
    const auto before = owner.delivered.size();
    const bool finishes = isFinish(request);
    const bool isHidden = isReadOfSecurity(request);
    const bool hasEnded = before > 0 || peer.isClosed || peer.isDestroyed;
    const auto answered = peer.request(std::move(request));
    if (answered->has_value() == hasEnded)
        std::abort();
    if (hasEnded)
        return;
    const bool succeeded = isSuccess(**answered);
    if (isHidden && succeeded)
        std::abort();
    if ((owner.delivered.size() > before) != (finishes && succeeded))
        std::abort();
    if (owner.delivered.size() > before && !isConsistent(owner.delivered.back()))
        std::abort();
}

/// The answer to the Bootstrap-Pack-Request: what a script that begins with ff has for it, else
/// there is none. Says how much of the script that was.
std::size_t answerPack(fakes::FakePeer& peer, base::ByteView script)
{
    constexpr std::uint8_t packVerb = 0xFF;
    constexpr std::array formats{
        lwm2m::senmlCborFormat, lwm2m::senmlJsonFormat, lwm2m::lwm2mCborFormat, lwm2m::tlvFormat};
    if (script.size() < headerSize || script[0] != packVerb) {
        peer.answer(model::OutcomeCode::NotFound);
        return 0;
    }
    const std::size_t length =
        std::min<std::size_t>(script[2] * std::size_t{256} + script[3], script.size() - headerSize);
    const auto payload = script.subspan(headerSize, length);
    api::Response pack;
    pack.contentFormat = formats.at(script[1] % formats.size());
    pack.payload.assign(payload.begin(), payload.end());
    peer.answer(std::move(pack));
    return headerSize + length;
}

} // namespace

// Whatever a Bootstrap-Server asks, and in whatever order: each request gets one answer, at once,
// until the bootstrap has ended, no key is ever shown, and only a Bootstrap-Pack or a
// Bootstrap-Finish that is answered with 2.04 delivers, accounts that go together.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto definitions = model::builtInDefinitions();
    log::setLevel(log::Level::Err);
    fakes::FakeScheduler scheduler;
    fakes::FakeTransport transport;
    fuzz::Owner owner;
    lwm2m::Client client(
        {"meter-1", "meter-1", accounts(), {}}, transport, scheduler, definitions, owner);
    client.addObject(std::make_unique<lwm2m::DeviceObject>(
        *definitions.find(3), lwm2m::DeviceIdentity{}, scheduler, [] {}));
    client.updateNow("boot");
    transport.peer().connect();
    const std::size_t used = answerPack(transport.peer(), {data, size});
    data += used;
    size -= used;
    if (!owner.delivered.empty()) {
        if (!isConsistent(owner.delivered.back()))
            std::abort();
        return 0;
    }
    transport.peer().answer(model::OutcomeCode::Changed); // to the Bootstrap-Request

    while (size >= headerSize) {
        const std::size_t length =
            std::min<std::size_t>(data[2] * std::size_t{256} + data[3], size - headerSize);
        ask(transport.peer(),
            owner,
            fuzz::requestFrom(data[0], data[1], {data + headerSize, length}));
        data += headerSize + length;
        size -= headerSize + length;
    }
    return 0;
}
