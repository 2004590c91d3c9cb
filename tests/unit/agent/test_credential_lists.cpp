// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/credential_lists.hpp"
#include "tests/fakes/fake_gateway.hpp"
#include "tests/fakes/fake_scheduler.hpp"

using namespace causeway;
using api::CredentialEntry;
using api::CredentialId;
using api::ListedCredential;

namespace {

/// Keeps what it is given.
struct ListStore final : api::CredentialListStore
{
    std::vector<CredentialEntry> stored;
    std::vector<CredentialEntry> wanted;

    void storeAll(std::vector<CredentialEntry> entries, CountDone done) override
    {
        stored = std::move(entries);
        done(static_cast<std::uint32_t>(stored.size()));
    }

    void generateMissing(std::vector<CredentialEntry> all, IdsDone done) override
    {
        wanted = std::move(all);
        done(std::vector<CredentialId>{wanted.at(0).id});
    }

    void exportAll(const std::string& server, EntriesDone done) override
    {
        std::vector<CredentialEntry> all;
        all.push_back(
            {{"meter-1", server}, {base::toBytes("id"), base::Secret(base::asBytes("key"))}});
        done(std::move(all));
    }
};

struct Fixture
{
    Fixture()
    {
        gateway.servers["main"].devices = {"meter-1", "meter-2"};
        gateway.devices["meter-1"].endpointName = "urn:1";
        gateway.devices["meter-2"].endpointName = "urn:2";
    }

    static ListedCredential
    listed(std::uint32_t line, const std::string& device, const std::string& endpointName)
    {
        return {device, endpointName, {}, base::Secret(16), line};
    }

    std::string importList(std::vector<ListedCredential> list, const std::string& server = "main")
    {
        std::string heard = "nothing";
        lists.importAll(server, std::move(list), [&](const auto& count) {
            heard = count ? std::to_string(*count) : count.error().message;
        });
        scheduler.advance(std::chrono::seconds(0));
        return heard;
    }

    fakes::FakeScheduler scheduler;
    fakes::FakeGateway gateway{scheduler};
    ListStore store;
    std::vector<CredentialId> changed;
    agent::CredentialLists lists{scheduler, gateway, store, [this](const CredentialId& id) {
                                     changed.push_back(id);
                                 }};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(CredentialListsTest, Fixture)

BOOST_AUTO_TEST_CASE(finds_devices_by_name_or_endpoint_name)
{
    std::vector<ListedCredential> list;
    list.push_back(listed(2, "meter-2", ""));
    list.push_back(listed(3, "", "urn:1"));

    BOOST_TEST(importList(std::move(list)) == "2");
    BOOST_CHECK((store.stored.at(0).id == CredentialId{"meter-2", "main"}));
    BOOST_CHECK((store.stored.at(1).id == CredentialId{"meter-1", "main"}));
    BOOST_TEST(store.stored.at(1).line == 3U);
    BOOST_TEST(base::asText(store.stored.at(0).credential.identity) == "urn:2");
}

BOOST_AUTO_TEST_CASE(names_each_line_whose_device_is_not_there)
{
    std::vector<ListedCredential> list;
    list.push_back(listed(2, "meter-9", ""));
    list.push_back(listed(3, "", "urn:9"));
    list.push_back(listed(4, "meter-1", "urn:2"));

    BOOST_TEST(importList(std::move(list)) ==
               "line 2: no device of this server is called meter-9; "
               "line 3: no device of this server is called urn:9; "
               "line 4: meter-1 has the endpoint name urn:1, not urn:2");
    BOOST_TEST(store.stored.empty());
    BOOST_TEST(changed.empty());
}

BOOST_AUTO_TEST_CASE(tells_every_device_whose_credential_changed)
{
    std::vector<ListedCredential> list;
    list.push_back(listed(2, "meter-1", ""));
    list.push_back(listed(3, "meter-2", ""));

    BOOST_TEST(importList(std::move(list)) == "2");

    const std::vector<CredentialId> expected{{"meter-1", "main"}, {"meter-2", "main"}};
    BOOST_CHECK(changed == expected);
}

BOOST_AUTO_TEST_CASE(refuses_a_server_that_is_not_there)
{
    std::vector<ListedCredential> list;
    list.push_back(listed(2, "meter-1", ""));

    BOOST_TEST(importList(std::move(list), "nowhere") == "there is no nowhere");
}

BOOST_AUTO_TEST_CASE(wants_a_key_for_each_device_and_tells_those_that_got_one)
{
    std::uint32_t made = 0;

    lists.generateMissing("main", [&](const auto& count) { made = count.value(); });

    BOOST_TEST(made == 1U);
    BOOST_TEST(store.wanted.size() == 2U);
    BOOST_TEST(base::asText(store.wanted.at(1).credential.identity) == "urn:2");
    BOOST_TEST(changed.size() == 1U);
}

BOOST_AUTO_TEST_CASE(exports_with_the_endpoint_names_that_the_server_knows)
{
    std::vector<ListedCredential> list;

    lists.exportAll("main", [&](auto exported) { list = std::move(exported.value()); });

    BOOST_REQUIRE(list.size() == 1U);
    BOOST_TEST(list[0].endpointName == "urn:1");
    BOOST_TEST(base::asText(list[0].key.view()) == "key");
}

BOOST_AUTO_TEST_SUITE_END()
