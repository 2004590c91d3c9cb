// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/objects/software_object.hpp"
#include "tests/fakes/fake_firmware_station.hpp"
#include "tests/fakes/fake_package_fetcher.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using model::OutcomeCode;

namespace {

/// A registered client with two components.
struct SoftwareObjectFixture : ClientFixture, UpdateListener
{
    using Access = SoftwareObject::Access;

    explicit SoftwareObjectFixture(Access access = Access::Full)
    {
        UpdateListener& listener = *this;
        stations[1].software = "player";
        first.emplace(stations[0], fetcher, scheduler, api::ClientState{}, listener);
        second.emplace(stations[1], fetcher, scheduler, api::ClientState{}, listener);
        client->addObject(std::make_unique<SoftwareObject>(
            *testDefinitions().find(9),
            std::vector<SoftwareObject::Component>{{"logger", *first}, {"player", *second}},
            scheduler,
            access));
        registerClient();
    }

    void keepUpdateState(const api::ClientState&, api::Inventory::Done kept) override
    {
        scheduler.post([kept = std::move(kept)]() mutable { kept({}); });
    }

    void onUpdateChanged() override { client->onValuesChanged(changingSoftwareResources(1)); }

    void onUpdateFailure(const std::string&) override {}

    OutcomeCode push(const std::string& path, base::Bytes octets, bool isLast = true)
    {
        api::Request request;
        request.method = api::Method::Put;
        request.path = segmentsOf(path);
        request.contentFormat = opaqueFormat;
        request.payload = std::move(octets);
        request.piece = api::Piece{0, std::nullopt, isLast};
        return ask(std::move(request)).code;
    }

    api::Request post(const std::string& path, const std::string& argument = {})
    {
        api::Request request;
        request.method = api::Method::Post;
        request.path = segmentsOf(path);
        request.payload = base::toBytes(argument);
        return request;
    }

    std::string text(const std::string& path) { return textOf(read(path, plainTextFormat)); }

    std::array<fakes::FakeFirmwareStation, 2> stations{fakes::FakeFirmwareStation(scheduler),
                                                       fakes::FakeFirmwareStation(scheduler)};
    fakes::FakePackageFetcher fetcher;
    std::optional<SoftwareUpdate> first;
    std::optional<SoftwareUpdate> second;
};

/// Whose operator has not allowed servers to write.
struct ReadOnlySoftware : SoftwareObjectFixture
{
    ReadOnlySoftware()
        : SoftwareObjectFixture(Access::ReadOnly)
    {}
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(software_object, SoftwareObjectFixture)

BOOST_AUTO_TEST_CASE(shows_each_component_as_an_instance)
{
    BOOST_TEST(registered.find("</9/0>,</9/1>") != std::string::npos);
    BOOST_TEST(
        textOf(read("/9/1", senmlJsonFormat)) ==
        R"([{"bn":"/9/1/","n":"0","vs":"player"},{"n":"1","vs":""},{"n":"7","v":0},{"n":"9","v":0},{"n":"12","vb":false}])");
    BOOST_TEST((read("/9/0/2", opaqueFormat).code == OutcomeCode::MethodNotAllowed));
    BOOST_TEST((read("/9/0/3", plainTextFormat).code == OutcomeCode::MethodNotAllowed));
}

BOOST_AUTO_TEST_CASE(lets_servers_only_look_where_they_may_not_write)
{
    ReadOnlySoftware f;
    const auto notAllowed = OutcomeCode::MethodNotAllowed;

    BOOST_TEST((f.push("/9/0/2", {1, 2, 3}) == notAllowed));
    BOOST_TEST((f.push("/9/0/2", {1, 2, 3}, false) == notAllowed));
    BOOST_TEST((f.writeText("/9/0/3", "coap://127.0.0.1/sw").code == notAllowed));
    for (const auto* path : {"/9/0/4", "/9/0/6", "/9/0/10", "/9/0/11"})
        BOOST_TEST((f.ask(f.post(path)).code == notAllowed), path);

    BOOST_TEST(f.text("/9/0/7") == "0");
    BOOST_TEST(f.stations[0].package.empty());
}

BOOST_AUTO_TEST_CASE(ignores_optional_resources_that_it_does_not_have)
{
    auto request = post("/9/0", R"([{"n":"/9/0/14","vs":"user"},{"n":"/9/0/15","vs":"secret"}])");
    request.contentFormat = senmlJsonFormat;

    BOOST_TEST((ask(request).code == OutcomeCode::Changed));

    BOOST_TEST(text("/9/0/7") == "0");
    BOOST_TEST((writeText("/9/0/14", "user").code == OutcomeCode::NotFound));
}

BOOST_AUTO_TEST_CASE(takes_a_package_for_the_component_it_is_written_to)
{
    BOOST_TEST((push("/9/1/2", {1, 2, 3}) == OutcomeCode::Changed));

    BOOST_TEST(text("/9/1/7") == "3");
    BOOST_TEST(text("/9/1/9") == "3");
    BOOST_TEST(text("/9/0/7") == "0");
    BOOST_TEST((stations[1].package == base::Bytes{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(tells_observers_what_becomes_of_it)
{
    observe("/9/1/7", 1);

    push("/9/1/2", {1, 2, 3});
    scheduler.advance(0s);

    BOOST_REQUIRE(!peer().notified.empty());
    BOOST_TEST(textOf(peer().notified.back().response) == "3");
}

BOOST_AUTO_TEST_CASE(does_what_servers_execute)
{
    push("/9/1/2", {1, 2, 3});
    BOOST_TEST((ask(post("/9/1/4")).code == OutcomeCode::Changed));
    stations[1].end({});
    scheduler.advance(0s);
    BOOST_TEST(text("/9/1/7") == "4");
    BOOST_TEST((ask(post("/9/1/11")).code == OutcomeCode::Changed)); // it is that already
    BOOST_TEST((ask(post("/9/1/6", "7")).code == OutcomeCode::BadRequest));

    BOOST_TEST((ask(post("/9/1/6", "1")).code == OutcomeCode::Changed));

    BOOST_TEST(text("/9/1/7") == "0");
    BOOST_TEST(stations[1].actions.empty());
}

BOOST_AUTO_TEST_CASE(has_no_instances_that_servers_make_or_remove)
{
    auto create = post("/9", "[]");
    create.contentFormat = senmlJsonFormat;
    api::Request remove;
    remove.method = api::Method::Delete;
    remove.path = segmentsOf("/9/0");

    BOOST_TEST((ask(std::move(create)).code == OutcomeCode::MethodNotAllowed));
    BOOST_TEST((ask(std::move(remove)).code == OutcomeCode::MethodNotAllowed));
}

BOOST_AUTO_TEST_SUITE_END()
