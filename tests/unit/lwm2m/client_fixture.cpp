// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lwm2m/client_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

namespace causeway::lwm2m {

using model::Path;
using model::Value;
using namespace std::chrono_literals;

namespace {

api::ServerSettings siteSettings()
{
    api::ServerSettings settings;
    settings.name = "site";
    settings.uri = "coaps://server.example:5684";
    settings.shortServerId = 101;
    settings.lifetime = 24h;
    return settings;
}

std::unique_ptr<fakes::MemoryObject> makeObject(model::Id id, fakes::MemoryObject*& kept)
{
    auto object = std::make_unique<fakes::MemoryObject>(*testDefinitions().find(id));
    kept = object.get();
    return object;
}

} // namespace

ClientFixture::ClientFixture(api::ClientState kept,
                             const std::string& version,
                             bool hasQueueMode,
                             const std::string& uri)
{
    ClientSettings settings{
        "meter-1", "meter-1", api::factoryAccounts({siteSettings()}), std::move(kept)};
    settings.accounts.front().settings.lwm2mVersion = version;
    settings.accounts.front().settings.queueMode = hasQueueMode;
    if (!uri.empty())
        settings.accounts.front().settings.uri = uri;
    client = std::make_unique<Client>(
        std::move(settings), transport, scheduler, testDefinitions(), owner);
    DeviceIdentity identity;
    identity.manufacturer = "Eastron";
    identity.modelNumber = "SDM120";
    auto deviceObject = std::make_unique<DeviceObject>(
        *testDefinitions().find(3), identity, scheduler, [this] { ++owner.reboots; });
    device = deviceObject.get();
    client->addObject(std::move(deviceObject));
    client->addObject(makeObject(3303, sensor));
    client->addObject(makeObject(3306, actuator));
    client->addObject(makeObject(3442, test));
    sensor->values = {{temperature, Value(21.5)}, {{3303, 0, 5701}, Value(std::string("Cel"))}};
    sensor->executables = {{3303, 0, 5605}};
    actuator->values = {{{3306, 0, 5850}, Value(false)}};
    test->values = {{{3442, 0, 120}, Value(std::int64_t{7})},
                    {{3442, 0, 170}, Value(model::ObjectLink{3, 0})},
                    {{3442, 0, 1120, 0}, Value(std::int64_t{1})},
                    {{3442, 0, 1120, 1}, Value(std::int64_t{2})}};
}

void ClientFixture::registerClient()
{
    client->start(0s);
    scheduler.advance(0s);
    peer().connect();
    registered = base::asText(peer().asked.front().request.payload);
    peer().accept();
}

api::Response ClientFixture::ask(api::Request request)
{
    const auto answered = peer().request(std::move(request));
    scheduler.advance(0s);
    BOOST_REQUIRE(answered->has_value());
    return **answered;
}

api::Response ClientFixture::read(const std::string& path, std::optional<api::ContentFormat> accept)
{
    api::Request request;
    request.path = segmentsOf(path);
    request.accept = accept;
    return ask(std::move(request));
}

api::Response ClientFixture::writeText(const std::string& path, const std::string& text)
{
    api::Request request;
    request.method = api::Method::Put;
    request.path = segmentsOf(path);
    request.contentFormat = plainTextFormat;
    request.payload = base::toBytes(text);
    return ask(std::move(request));
}

api::Response ClientFixture::writeAttributes(const std::string& path,
                                             std::vector<std::string> query)
{
    api::Request request;
    request.method = api::Method::Put;
    request.path = segmentsOf(path);
    request.query = std::move(query);
    return ask(std::move(request));
}

api::Response
ClientFixture::observe(const std::string& path, std::uint8_t token, api::ContentFormat format)
{
    api::Request request;
    request.path = segmentsOf(path);
    request.observe = 0;
    request.accept = format;
    request.token = tokenOf(token);
    return ask(std::move(request));
}

void ClientFixture::change(const Path& path, Value value)
{
    sensor->values.insert_or_assign(path, std::move(value));
    client->onValuesChanged({path});
}

std::vector<std::string> segmentsOf(const std::string& path)
{
    std::vector<std::string> segments;
    std::size_t begin = 1;
    while (begin < path.size()) {
        const auto end = std::min(path.find('/', begin), path.size());
        segments.push_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return segments;
}

api::Token tokenOf(std::uint8_t number)
{
    api::Token token;
    token.octets[0] = number;
    token.size = 1;
    return token;
}

std::string textOf(const api::Response& response)
{
    return std::string(base::asText(response.payload));
}

} // namespace causeway::lwm2m
