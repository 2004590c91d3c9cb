// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "agent/base/log.hpp"
#include "agent/lwm2m/client.hpp"
#include "agent/lwm2m/objects/device_object.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/fake_transport.hpp"
#include "tests/fakes/memory_object.hpp"
#include "tests/fuzz/lwm2m_request.hpp"

using namespace causeway;
using namespace std::chrono_literals;

namespace {

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
    fuzz::Owner owner;
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

    auto request = fuzz::requestFrom(data[0], data[1], {data + 2, size - 2});
    const bool isHidden = !request.path.empty() && request.path.front() == "0";
    const auto answered = transport.peer().request(std::move(request));
    scheduler.advance(1s);

    if (!answered->has_value())
        std::abort();
    if (isHidden && static_cast<unsigned>(answered->value().code) < 128)
        std::abort();
    return 0;
}
