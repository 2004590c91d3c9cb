// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/bootstrap/card_file.hpp"
#include "tests/fakes/card_file.hpp"

using namespace causeway;
using namespace causeway::lwm2m;

namespace {

struct CardFixture
{
    base::Bytes security(const std::vector<Record>& records) const
    {
        return fakes::cardObject(0, fakes::instancesOf(0, records, definitions));
    }

    base::Bytes server() const
    {
        return fakes::cardObject(1, fakes::instancesOf(1, fakes::cardServer(), definitions));
    }

    base::Expected<CardDelivery> deliver(const base::Bytes& file) const
    {
        return deliveryOfCard(file, definitions, {"meter-1", {}});
    }

    std::string refusalOf(const base::Bytes& file) const
    {
        const auto delivery = deliver(file);
        return delivery ? "taken" : delivery.error().message;
    }

    model::Definitions definitions = model::builtInDefinitions();
    std::string uri = "coaps://card.example";
    base::Bytes good = fakes::goodCard(uri, definitions);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(card_file, CardFixture)

BOOST_AUTO_TEST_CASE(gives_the_account_of_its_server)
{
    const auto delivery = deliver(good).value();

    BOOST_REQUIRE(delivery.result.accounts.size() == 1U);
    const auto& account = delivery.result.accounts.front();
    BOOST_TEST(account.account.settings.name == "meter-1:101");
    BOOST_TEST(account.account.settings.uri == uri);
    BOOST_TEST(account.isOwn);
    BOOST_TEST(std::get<api::PskCredential>(account.credential.value()).key.size() == 16U);
    BOOST_TEST((delivery.result.from == api::Provisioner::Smartcard));
}

BOOST_AUTO_TEST_CASE(may_have_a_bootstrap_server_alone)
{
    const auto file = fakes::cardFile({security(fakes::cardSecurity(3, uri, true))});

    const auto delivery = deliver(file).value();

    BOOST_REQUIRE(delivery.result.accounts.size() == 1U);
    BOOST_TEST(delivery.result.accounts.front().account.settings.name == "meter-1:bootstrap");
}

BOOST_AUTO_TEST_CASE(may_be_padded_and_have_other_objects)
{
    auto file = fakes::cardFile({security(fakes::cardSecurity(0, uri)),
                                 server(),
                                 fakes::cardObject(11, base::Bytes{1, 2, 3})});
    file.insert(file.end(), 40, 0xFF);

    const auto delivery = deliver(file).value();

    BOOST_TEST(delivery.skipped == std::vector<model::Id>{11}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(may_say_the_version_of_an_object)
{
    auto versioned = server();
    versioned[2] = 1; // 1.1 in place of the one octet that means implicit
    versioned.insert(versioned.begin() + 3, 1);
    const auto with = [&](const base::Bytes& second) {
        return fakes::cardFile({security(fakes::cardSecurity(0, uri)), second});
    };
    BOOST_TEST(refusalOf(with(versioned)) == "taken");

    versioned[2] = 2;

    BOOST_TEST(refusalOf(with(versioned)) == "Object 1 has version 2.x, which is not known here");
}

BOOST_AUTO_TEST_CASE(is_refused_wherever_it_is_cut)
{
    for (std::size_t size = 0; size < good.size(); ++size)
        BOOST_TEST(refusalOf({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}) !=
                   "taken");
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_it)
{
    const auto accounts = security(fakes::cardSecurity(0, uri));
    auto tooMany = good;
    tooMany[0] = 1;
    auto tooFew = good;
    tooFew[1] = 1;

    BOOST_TEST(refusalOf(fakes::cardFile({})) == "Object 0 has no account");
    BOOST_TEST(refusalOf(tooMany) == "the card has 258 Objects, more than 64");
    BOOST_TEST(refusalOf(tooFew) ==
               "the lengths in the card's bootstrap information do not go together");
    BOOST_TEST(refusalOf(fakes::cardFile({accounts, accounts})) == "Object 0 is on the card twice");
    BOOST_TEST(refusalOf(fakes::cardFile({accounts})) ==
               "no instance of Object 1 has Short Server ID 101");
    BOOST_TEST(refusalOf(fakes::cardFile({fakes::cardObject(0, base::Bytes{0xFF, 0xFF})}))
                   .starts_with("Object 0 on the card: "));
}

BOOST_AUTO_TEST_CASE(has_one_bootstrap_server_at_most)
{
    auto both = fakes::cardSecurity(0, uri, true);
    const auto second = fakes::cardSecurity(1, uri, true);
    both.insert(both.end(), second.begin(), second.end());

    BOOST_TEST(refusalOf(fakes::cardFile({security(both)})) ==
               "2 Bootstrap-Server accounts; there may be one");
}

BOOST_AUTO_TEST_SUITE_END()
