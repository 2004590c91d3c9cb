// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "store/key_pair.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/store/store_fixture.hpp"

using namespace causeway;
using base::ErrorKind;
using fakes::authorityWish;
using fakes::CertificateWish;
using fakes::Grant;
using fakes::Identity;

namespace {

const api::CredentialId meter{"meter-1", "leshan"};

/// A meter with a certificate that works, and what an EST server may make of its renewal.
struct Fixture
{
    Fixture()
    {
        store.furnish({"meter-1"});
        BOOST_REQUIRE(generate());
        Grant first;
        first.daysUntilBegin = -10;
        first.daysUntilEnd = 30;
        first.alternativeName = "meter-1.example";
        first.addedName = "meter-1.local";
        own = authority.grant(*operatorsRequest(), first);
        BOOST_REQUIRE(set(own));
    }

    static store::StoreSettings settingsFor(const std::filesystem::path& directory)
    {
        store::StoreSettings settings;
        settings.directory = directory;
        return settings;
    }

    base::Expected<api::CredentialFacts> generate()
    {
        return tests::await<api::CredentialFacts>(store.loop(), [&](auto done) {
            store.store().generateKeyPair(meter, api::KeyResidence::Store, std::move(done));
        });
    }

    base::Expected<base::Bytes> operatorsRequest()
    {
        return tests::await<base::Bytes>(store.loop(), [&](auto done) {
            store.store().requestCertificate(meter, std::move(done));
        });
    }

    base::Expected<api::CredentialFacts> set(const base::Bytes& certificates)
    {
        return tests::await<api::CredentialFacts>(store.loop(), [&](auto done) {
            store.store().setCertificate(meter, certificates, std::move(done));
        });
    }

    base::Expected<base::Bytes> request()
    {
        return tests::await<base::Bytes>(
            store.loop(), [&](auto done) { store.store().requestRenewal(meter, std::move(done)); });
    }

    base::Expected<api::CredentialFacts> renew(const base::Bytes& certificates)
    {
        return tests::await<api::CredentialFacts>(store.loop(), [&](auto done) {
            store.store().renewCertificate(meter, certificates, std::move(done));
        });
    }

    base::Expected<std::vector<api::RenewalTerm>> terms()
    {
        return tests::await<std::vector<api::RenewalTerm>>(
            store.loop(), [&](auto done) { store.store().listTerms(std::move(done)); });
    }

    std::vector<base::Bytes> kept()
    {
        auto fetched = tests::await<api::Credential>(
            store.loop(), [&](auto done) { store.store().fetch(meter, std::move(done)); });
        BOOST_REQUIRE(fetched);
        return std::get<api::KeyPair>(*fetched).certificates;
    }

    /// What the server gives is refused in these words, and what is kept stays.
    void mustRefuse(const base::Bytes& certificates, const std::string& words)
    {
        const auto renewed = renew(certificates);
        BOOST_TEST_REQUIRE(!renewed);
        BOOST_TEST(renewed.error().message.find(words) != std::string::npos,
                   renewed.error().message);
        BOOST_TEST((kept() == std::vector<base::Bytes>{own}));
    }

    fakes::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
    tests::WaitingStore store{settingsFor(directory.path()),
                              std::make_unique<fakes::ClearSealer>(sealer)};
    Identity authority{authorityWish()};
    base::Bytes own;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Renewal, Fixture)

BOOST_AUTO_TEST_CASE(the_request_has_subject_and_names_of_the_certificate_and_its_key)
{
    const auto before = store::key_pair::describe(own);
    const auto asked = request();

    BOOST_REQUIRE_MESSAGE(asked.has_value(), (asked ? "" : asked.error().message));
    const auto granted = store::key_pair::describe(authority.grant(*asked)); // checks the signature
    BOOST_REQUIRE(before && granted);
    BOOST_TEST(granted->subject == before->subject);
    BOOST_TEST_REQUIRE(granted->names.size() == 2U);
    BOOST_TEST((granted->names == before->names));
    BOOST_TEST((granted->publicKey == before->publicKey));
}

BOOST_AUTO_TEST_CASE(the_request_keeps_a_subject_that_is_not_the_endpoint_name)
{
    Grant other;
    other.subject = "CN=Zähler 7,O=Stadtwerke,C=DE";
    BOOST_REQUIRE(set(authority.grant(*operatorsRequest(), other)));

    const auto granted = store::key_pair::describe(authority.grant(*request()));

    BOOST_REQUIRE(granted);
    BOOST_TEST(granted->subject == "CN=Zähler 7,O=Stadtwerke,C=DE");
    BOOST_TEST(granted->names.empty());
}

BOOST_AUTO_TEST_CASE(a_good_certificate_takes_over_alone_or_in_a_bag)
{
    const auto next = authority.grant(*request());
    Grant later;
    later.daysUntilBegin = 0;
    later.daysUntilEnd = 91;
    const auto last = authority.grant(*request(), later);

    BOOST_REQUIRE(renew(next));
    BOOST_TEST((kept() == std::vector<base::Bytes>{next}));
    BOOST_REQUIRE(renew(Identity::bag({authority.certificate(), last})));

    BOOST_TEST((kept() == std::vector<base::Bytes>{last, authority.certificate()}));
    const auto listed = terms();
    BOOST_REQUIRE(listed && listed->size() == 1);
    BOOST_TEST((listed->front().id == meter));
    BOOST_TEST((listed->front().expiresAt - listed->front().beginsAt == std::chrono::days(91)));
}

BOOST_AUTO_TEST_CASE(one_that_is_older_is_refused)
{
    Grant endsEarlier;
    endsEarlier.daysUntilEnd = 29;
    Grant beginsEarlier;
    beginsEarlier.daysUntilBegin = -11;

    mustRefuse(authority.grant(*request(), endsEarlier), "older than the one that is kept");
    mustRefuse(authority.grant(*request(), beginsEarlier), "older than the one that is kept");
    mustRefuse(own, "is the one that is kept already");
}

BOOST_AUTO_TEST_CASE(one_that_has_ended_or_has_not_begun_is_refused)
{
    Grant ended;
    ended.daysUntilEnd = -1;
    ended.daysUntilBegin = -2;
    Grant future;
    future.daysUntilBegin = 1;

    mustRefuse(authority.grant(*request(), ended), "has ended on");
    mustRefuse(authority.grant(*request(), future), "is not valid before");
}

BOOST_AUTO_TEST_CASE(one_of_another_subject_or_with_other_names_is_refused)
{
    Grant subject;
    subject.subject = "CN=meter-2";
    Grant names;
    names.alternativeName = "meter-2.example";
    Grant more;
    more.addedName = "admin.example";

    mustRefuse(authority.grant(*request(), subject), "is of CN=meter-2, the one that is kept of");
    mustRefuse(authority.grant(*request(), names), "other alternative names");
    mustRefuse(authority.grant(*request(), more), "other alternative names");
    mustRefuse(authority.grant(*operatorsRequest()), "other alternative names"); // none
}

BOOST_AUTO_TEST_CASE(one_for_another_key_is_refused)
{
    CertificateWish wish;
    wish.name = "meter-1";
    wish.daysUntilEnd = 90;

    mustRefuse(Identity(wish, &authority).certificate(), "is for another key");
}

BOOST_AUTO_TEST_CASE(what_is_no_certificate_is_refused)
{
    auto cut = Identity::bag({authority.grant(*request())});
    cut.resize(cut.size() - 1);
    const auto text = std::string("a renewal that is none");

    mustRefuse({}, "1 to 16384 octets");
    mustRefuse(base::toBytes(text), "no X.509 certificate");
    mustRefuse(cut, "no X.509 certificate");
    mustRefuse(Identity::bag({authority.certificate()}), "is for another key");
    mustRefuse(base::Bytes(20000, 0x30), "1 to 16384 octets");
}

BOOST_AUTO_TEST_CASE(what_was_asked_for_a_former_key_is_refused)
{
    const auto asked = *request();
    BOOST_REQUIRE(generate());

    const auto renewed = renew(authority.grant(asked));

    BOOST_REQUIRE(!renewed);
    BOOST_TEST((renewed.error().kind == ErrorKind::InvalidArgument));
    BOOST_TEST(kept().empty());
    BOOST_TEST((request().error().kind == ErrorKind::Refused));
}

BOOST_AUTO_TEST_CASE(what_an_operator_has_set_meanwhile_counts)
{
    const auto asked = *request();
    Grant longer;
    longer.daysUntilEnd = 365;
    longer.subject = "CN=meter-1";
    own = authority.grant(asked, longer);
    BOOST_REQUIRE(set(own));

    mustRefuse(authority.grant(asked), "older than the one that is kept");
}

BOOST_AUTO_TEST_SUITE_END()
