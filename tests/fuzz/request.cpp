// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/log.hpp"
#include "agent/lwm2m/client.hpp"
#include "agent/lwm2m/objects/device_object.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/fake_transport.hpp"
#include "tests/fakes/memory_object.hpp"

using namespace causeway;
using namespace std::chrono_literals;

namespace {

class Owner final : public lwm2m::ClientListener
{
public:
    void onStatusChanged() override {}

    void onClientState(const api::ClientState&) override {}

    void onServerChanges(const std::vector<lwm2m::ServerChange>&) override {}

    void onDelivery(api::BootstrapResult, Kept) override {}

    void onBootstrapped() override {}
};

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

// One octet for method and observe, one for the formats, a line "path/segments?query&more", then
// the payload.
api::Request requestFrom(std::uint8_t verb, std::uint8_t formats, base::ByteView rest)
{
    // 40 and 42 say little: LwM2M CBOR and SenML-ETCH have their places.
    constexpr std::array<std::optional<api::ContentFormat>, 8> known{
        std::nullopt, 0, 40, 322, 11544, 110, 112, 11542};
    const std::string_view text = base::asText(rest);
    const auto lineEnd = text.find('\n');
    const auto line = text.substr(0, lineEnd);
    const auto question = line.find('?');
    api::Request request;
    request.method = static_cast<api::Method>(1 + verb % 7);
    if ((verb & 0x80U) != 0)
        request.observe = (verb >> 6U) & 1U;
    request.accept = known[formats % 8];
    request.contentFormat = known[(formats >> 3U) % 8];
    request.path = split(line.substr(0, question), '/');
    if (question != std::string_view::npos)
        request.query = split(line.substr(question + 1), '&');
    if (lineEnd != std::string_view::npos)
        request.payload = base::toBytes(text.substr(lineEnd + 1));
    return request;
}

std::unique_ptr<lwm2m::Object> testObject(const model::ObjectDefinition& definition)
{
    auto object = std::make_unique<fakes::MemoryObject>(definition);
    object->canCreate = true;
    object->values = {{{3306, 0, 5850}, false}, {{3306, 0, 5851}, std::int64_t{5}}};
    return object;
}

} // namespace

// Whatever a registered server asks, it gets one answer, at once, and nothing of Object 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2)
        return 0;
    static const auto definitions = model::builtInDefinitions();
    log::setLevel(log::Level::Err);
    fakes::FakeScheduler scheduler;
    fakes::FakeTransport transport;
    Owner owner;
    api::ServerSettings server;
    server.name = "site";
    lwm2m::Client client({"meter-1", "meter-1", api::factoryAccounts({server}), {}},
                         transport,
                         scheduler,
                         definitions,
                         owner);
    client.addObject(std::make_unique<lwm2m::DeviceObject>(
        *definitions.find(3), lwm2m::DeviceIdentity{}, scheduler, [] {}));
    client.addObject(testObject(*definitions.find(3306)));
    client.start(0s);
    scheduler.advance(0s);
    transport.peer().connect();
    transport.peer().accept();

    auto request = requestFrom(data[0], data[1], {data + 2, size - 2});
    const bool isHidden = !request.path.empty() && request.path.front() == "0";
    const auto answered = transport.peer().request(std::move(request));
    scheduler.advance(1s);

    if (!answered->has_value())
        std::abort();
    if (isHidden && static_cast<unsigned>(answered->value().code) < 128)
        std::abort();
    return 0;
}
