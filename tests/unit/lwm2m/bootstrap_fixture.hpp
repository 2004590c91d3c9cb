// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

namespace causeway::lwm2m {

using namespace std::chrono_literals;
using base::ErrorKind;
using model::OutcomeCode;
using model::Path;
using model::Value;
using Reported = api::RegistrationStatus::State;

inline api::ServerSettings bootstrapSettings()
{
    api::ServerSettings settings;
    settings.name = "boot";
    settings.uri = "coaps://bs.example";
    settings.isBootstrap = true;
    return settings;
}

inline api::ServerSettings siteWithId7()
{
    api::ServerSettings settings;
    settings.name = "site";
    settings.uri = "coaps://site.example";
    settings.shortServerId = 7;
    return settings;
}

inline base::Bytes text(std::string_view characters)
{
    return base::toBytes(characters);
}

/// A client with Device (3) and a sensor that has these accounts; the test is its servers.
struct BootstrapFixture
{
    explicit BootstrapFixture(std::vector<api::ServerSettings> servers = {bootstrapSettings()})
    {
        make(api::factoryAccounts(std::move(servers)));
    }

    void make(std::vector<api::DeviceAccount> accounts)
    {
        client =
            std::make_unique<Client>(ClientSettings{"meter-1", "ep-1", std::move(accounts), {}},
                                     transport,
                                     scheduler,
                                     testDefinitions(),
                                     owner);
        DeviceIdentity identity;
        client->addObject(
            std::make_unique<DeviceObject>(*testDefinitions().find(3), identity, scheduler, [] {}));
        auto object = std::make_unique<fakes::MemoryObject>(*testDefinitions().find(3303));
        object->values = {{{3303, 0, 5700}, Value(21.5)}};
        client->addObject(std::move(object));
    }

    /// Up to the 2.04 of the Bootstrap-Request.
    void begin()
    {
        client->start(0s);
        scheduler.advance(0s);
        peer().connect();
        peer().answer(OutcomeCode::Changed);
    }

    fakes::FakePeer& peer() { return transport.peer(); }

    api::Response ask(api::Request request)
    {
        const auto answered = peer().request(std::move(request));
        scheduler.advance(0s);
        BOOST_REQUIRE(answered->has_value());
        return **answered;
    }

    OutcomeCode write(const std::string& path,
                      const std::vector<Record>& records,
                      api::ContentFormat format = tlvFormat)
    {
        api::Request request;
        request.method = api::Method::Put;
        request.path = segmentsOf(path);
        request.contentFormat = format;
        request.payload = encode(format, *Path::parse(path), records, testDefinitions()).value();
        return ask(std::move(request)).code;
    }

    OutcomeCode remove(const std::string& path)
    {
        api::Request request;
        request.method = api::Method::Delete;
        request.path = segmentsOf(path);
        return ask(std::move(request)).code;
    }

    api::Response get(const std::string& path, api::ContentFormat accept)
    {
        api::Request request;
        request.path = segmentsOf(path);
        request.accept = accept;
        return ask(std::move(request));
    }

    api::Response finish()
    {
        api::Request request;
        request.method = api::Method::Post;
        request.path = {"bs"};
        return ask(std::move(request));
    }

    static std::vector<Record> security(model::Id instance = 1,
                                        std::int64_t shortServerId = 101,
                                        const std::string& uri = "coaps://new.example",
                                        std::size_t keySize = 16)
    {
        const Path path{0, instance};
        return {{path.child(0), Value(uri), {}},
                {path.child(1), Value(false), {}},
                {path.child(2), Value(std::int64_t{0}), {}},
                {path.child(3), Value(text("ep-1")), {}},
                {path.child(4), Value(base::Bytes()), {}},
                {path.child(5), Value(base::Bytes(keySize, 0x5A)), {}},
                {path.child(10), Value(shortServerId), {}}};
    }

    static std::vector<Record> server(model::Id instance = 0, std::int64_t shortServerId = 101)
    {
        const Path path{1, instance};
        return {{path.child(0), Value(shortServerId), {}},
                {path.child(1), Value(std::int64_t{300}), {}},
                {path.child(6), Value(true), {}},
                {path.child(7), Value(std::string("U")), {}}};
    }

    void writeAccount()
    {
        BOOST_TEST((write("/0/1", security()) == OutcomeCode::Changed));
        BOOST_TEST((write("/1/0", server()) == OutcomeCode::Changed));
    }

    api::RegistrationStatus status() const { return client->status().back(); }

    fakes::FakeScheduler scheduler;
    fakes::FakeTransport transport;
    FakeClientOwner owner;
    std::unique_ptr<Client> client;
};

struct WithSite : BootstrapFixture
{
    WithSite()
        : BootstrapFixture({siteWithId7(), bootstrapSettings()})
    {}
};

} // namespace causeway::lwm2m
