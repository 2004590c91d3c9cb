// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/codec/codec.hpp"
#include "agent/lwm2m/objects/firmware_object.hpp"
#include "tests/fakes/fake_firmware_station.hpp"
#include "tests/fakes/fake_package_fetcher.hpp"
#include "tests/unit/lwm2m/client_fixture.hpp"
#include "tests/unit/lwm2m/codec/fixtures.hpp"

using namespace causeway;
using namespace causeway::lwm2m;
using namespace std::chrono_literals;
using model::OutcomeCode;
using model::Path;
using model::Value;

namespace {

/// A registered client whose firmware can be updated.
struct FirmwareFixture : ClientFixture, UpdateListener
{
    using Access = FirmwareObject::Access;

    explicit FirmwareFixture(Access access = Access::Full)
    {
        UpdateListener& listener = *this;
        update.emplace(station, fetcher, scheduler, api::ClientState{}, listener);
        client->addObject(std::make_unique<FirmwareObject>(
            *testDefinitions().find(5), *update, scheduler, access));
        registerClient();
    }

    void keepUpdateState(const api::ClientState&, api::Inventory::Done kept) override
    {
        scheduler.post([kept = std::move(kept)]() mutable { kept({}); });
    }

    void onUpdateChanged() override { client->onValuesChanged(changingFirmwareResources()); }

    void onUpdateFailure(const std::string&) override {}

    static api::Request put(const std::string& path, api::ContentFormat format, base::Bytes payload)
    {
        api::Request request;
        request.method = api::Method::Put;
        request.path = segmentsOf(path);
        request.contentFormat = format;
        request.payload = std::move(payload);
        return request;
    }

    OutcomeCode piece(std::uint64_t offset, base::Bytes octets, bool isLast)
    {
        auto request = put("/5/0/0", opaqueFormat, std::move(octets));
        request.piece = api::Piece{offset, std::nullopt, isLast};
        return ask(std::move(request)).code;
    }

    api::Response execute(const std::string& path)
    {
        api::Request request;
        request.method = api::Method::Post;
        request.path = segmentsOf(path);
        return ask(std::move(request));
    }

    std::string text(const std::string& path) { return textOf(read(path, plainTextFormat)); }

    fakes::FakeFirmwareStation station{scheduler};
    fakes::FakePackageFetcher fetcher;
    std::optional<FirmwareUpdate> update;
};

/// Whose operator has not allowed servers to write.
struct ReadOnlyFixture : FirmwareFixture
{
    ReadOnlyFixture()
        : FirmwareFixture(Access::ReadOnly)
    {}
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(firmware_object, FirmwareFixture)

BOOST_FIXTURE_TEST_CASE(lets_servers_only_look_where_they_may_not_write, ReadOnlyFixture)
{
    const auto notAllowed = OutcomeCode::MethodNotAllowed;

    BOOST_TEST((ask(put("/5/0/0", opaqueFormat, {1, 2, 3})).code == notAllowed));
    BOOST_TEST((piece(0, {1, 2, 3}, false) == notAllowed));
    BOOST_TEST((writeText("/5/0/1", "coap://127.0.0.1/fw").code == notAllowed));
    BOOST_TEST((execute("/5/0/2").code == notAllowed));
    BOOST_TEST((execute("/5/0/10").code == notAllowed));

    BOOST_TEST(text("/5/0/3") == "0");
    BOOST_TEST(text("/5/0/5") == "0");
    BOOST_TEST(station.package.empty());
}

// OMA ETS 751.
BOOST_AUTO_TEST_CASE(shows_what_can_be_done)
{
    BOOST_TEST(registered.find("</5>;ver=1.1,</5/0>") != std::string::npos);
    BOOST_TEST(
        textOf(read("/5/0", senmlJsonFormat)) ==
        R"([{"bn":"/5/0/","n":"1","vs":""},{"n":"3","v":0},{"n":"5","v":0},{"n":"8/0","v":0},{"n":"8/1","v":1},{"n":"9","v":2}])");
    BOOST_TEST((read("/5/0/8", tlvFormat).code == OutcomeCode::Content));
    BOOST_TEST((read("/5/0/0", opaqueFormat).code == OutcomeCode::MethodNotAllowed));
}

// OMA ETS 755.
BOOST_AUTO_TEST_CASE(takes_a_package_whole_in_any_format)
{
    const std::vector<Record> record{{{5, 0, 0}, Value(base::Bytes{1, 2, 3}), {}}};
    for (const auto format : {opaqueFormat, tlvFormat, senmlCborFormat, senmlJsonFormat}) {
        BOOST_TEST((ask(put("/5/0/0", opaqueFormat, {0})).code == OutcomeCode::Changed));
        BOOST_TEST(text("/5/0/3") == "0");

        auto payload = encode(format, {5, 0, 0}, record, testDefinitions()).value();
        BOOST_TEST((ask(put("/5/0/0", format, payload)).code == OutcomeCode::Changed), format);

        BOOST_TEST((station.package == base::Bytes{1, 2, 3}));
        BOOST_TEST(text("/5/0/3") == "2");
    }
}

BOOST_AUTO_TEST_CASE(takes_a_package_in_pieces)
{
    BOOST_TEST((piece(0, base::Bytes(1024, 1), false) == OutcomeCode::Changed));
    BOOST_TEST(text("/5/0/3") == "1");
    BOOST_TEST((piece(1024, base::Bytes(10, 2), true) == OutcomeCode::Changed));

    BOOST_TEST(text("/5/0/3") == "2");
    BOOST_TEST(station.package.size() == 1034U);
    BOOST_REQUIRE(owner.journal.size() == 1U);
    BOOST_TEST(owner.journal.front().after == "1034 octets");
}

BOOST_AUTO_TEST_CASE(wants_pieces_of_a_package_as_plain_octets_only)
{
    const auto& listener = *peer().listener;

    BOOST_TEST(listener.takesPieces(put("/5/0/0", opaqueFormat, {})));
    BOOST_TEST(!listener.takesPieces(put("/5/0/0", tlvFormat, {})));
    BOOST_TEST(!listener.takesPieces(put("/5/0/1", opaqueFormat, {})));
    BOOST_TEST(!listener.takesPieces(put("/5/0", opaqueFormat, {})));
    BOOST_TEST(!listener.takesPieces(put("/3442/0/150", opaqueFormat, {})));
    BOOST_TEST(!listener.takesPieces(put("/", opaqueFormat, {})));
    BOOST_TEST(!listener.takesPieces(put("/x", opaqueFormat, {})));
}

// OMA ETS 760.
BOOST_AUTO_TEST_CASE(tells_observers_when_a_package_is_there)
{
    observe("/5/0/3", 1);

    piece(0, {1, 2, 3}, true);
    scheduler.advance(0s);

    BOOST_REQUIRE(!peer().notified.empty());
    BOOST_TEST(textOf(peer().notified.back().response) == "2");
}

// OMA ETS 770.
BOOST_AUTO_TEST_CASE(updates_when_the_server_says_so)
{
    piece(0, {1, 2, 3}, true);

    BOOST_TEST((execute("/5/0/2").code == OutcomeCode::Changed));
    BOOST_TEST(text("/5/0/3") == "3");
    station.end({});
    scheduler.advance(0s);

    BOOST_TEST(text("/5/0/3") == "0");
    BOOST_TEST(text("/5/0/5") == "1");
}

// OMA ETS 772.
BOOST_AUTO_TEST_CASE(updates_with_nothing_downloaded_are_405)
{
    BOOST_TEST((execute("/5/0/2").code == OutcomeCode::MethodNotAllowed));

    BOOST_TEST(text("/5/0/3") == "0");
    BOOST_TEST(text("/5/0/5") == "0");
}

// OMA ETS 780.
BOOST_AUTO_TEST_CASE(a_uri_of_a_protocol_that_is_not_supported_is_told)
{
    BOOST_TEST((writeText("/5/0/1", "ftp://127.0.0.1/fw").code == OutcomeCode::Changed));

    BOOST_TEST(text("/5/0/5") == "9");
    BOOST_TEST(text("/5/0/1") == "ftp://127.0.0.1/fw");
    BOOST_TEST((writeText("/5/0/1", "").code == OutcomeCode::Changed));
    BOOST_TEST(text("/5/0/5") == "0");
}

// OMA ETS 756, 771.
BOOST_AUTO_TEST_CASE(fetches_a_package_by_its_uri)
{
    BOOST_TEST((writeText("/5/0/1", "coap://127.0.0.1/fw").code == OutcomeCode::Changed));
    BOOST_TEST(text("/5/0/3") == "1");

    scheduler.advance(0s);
    fetcher.give(0, "new firmware", true);
    scheduler.advance(0s);

    BOOST_TEST(text("/5/0/3") == "2");
    BOOST_TEST(text("/5/0/5") == "0");
    BOOST_TEST((station.package == base::toBytes("new firmware")));
}

BOOST_AUTO_TEST_CASE(a_package_and_its_uri_do_not_come_together)
{
    const std::vector<Record> both{{{5, 0, 0}, Value(base::Bytes{1, 2, 3}), {}},
                                   {{5, 0, 1}, Value(std::string("coap://x/y")), {}}};
    auto request =
        put("/5/0", tlvFormat, encode(tlvFormat, {5, 0}, both, testDefinitions()).value());
    request.method = api::Method::Post;

    BOOST_TEST((ask(std::move(request)).code == OutcomeCode::BadRequest));

    BOOST_TEST(text("/5/0/3") == "0");
}

BOOST_AUTO_TEST_CASE(cancels)
{
    piece(0, {1, 2, 3}, false);

    BOOST_TEST((execute("/5/0/10").code == OutcomeCode::Changed));

    BOOST_TEST(text("/5/0/5") == "10");
    BOOST_TEST((piece(3, {4}, true) == OutcomeCode::RequestIncomplete));
}

BOOST_AUTO_TEST_SUITE_END()
