// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "store/database_file.hpp"
#include "store/key_pair.hpp"
#include "store/sqlite.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/store/store_fixture.hpp"

/// rNN: the row in tests/README.md.

using namespace causeway;
using base::ErrorKind;
using fakes::authorityWish;
using fakes::CertificateWish;
using fakes::Identity;

namespace {

base::Bytes joined(const std::vector<base::Bytes>& parts)
{
    base::Bytes all;
    for (const auto& part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

const api::CredentialId meter{"meter-1", "leshan"};
const api::CredentialId relay{"relay-1", "leshan"};

/// WaitingStore, with the calls that concern key pairs.
struct KeyPairStore : tests::WaitingStore
{
    using WaitingStore::WaitingStore;

    base::Expected<api::Credential> fetchAny(const api::CredentialId& id)
    {
        return tests::await<api::Credential>(
            loop(), [&](auto done) { store().fetch(id, std::move(done)); });
    }

    Facts keepPrivateKey(const api::CredentialId& id, base::ByteView privateKey)
    {
        return tests::await<api::CredentialFacts>(loop(), [&](auto done) {
            store().store(id, api::KeyPair{{}, base::Secret(privateKey), {}}, std::move(done));
        });
    }

    Facts generateKeyPair(const api::CredentialId& id)
    {
        return tests::await<api::CredentialFacts>(loop(), [&](auto done) {
            store().generateKeyPair(id, api::KeyResidence::Store, std::move(done));
        });
    }

    base::Expected<base::Bytes> requestCertificate(const api::CredentialId& id)
    {
        return tests::await<base::Bytes>(
            loop(), [&](auto done) { store().requestCertificate(id, std::move(done)); });
    }

    Facts setCertificate(const api::CredentialId& id, const base::Bytes& certificates)
    {
        return tests::await<api::CredentialFacts>(
            loop(), [&](auto done) { store().setCertificate(id, certificates, std::move(done)); });
    }

    base::Expected<std::vector<api::CertificateTerm>> listCertificates()
    {
        return tests::await<std::vector<api::CertificateTerm>>(
            loop(), [&](auto done) { store().listCertificates(std::move(done)); });
    }
};

struct Fixture
{
    Fixture() { store.furnish({"meter-1", "relay-1"}); }

    static store::StoreSettings settingsFor(const std::filesystem::path& directory)
    {
        store::StoreSettings settings;
        settings.directory = directory;
        return settings;
    }

    api::KeyPair fetch(const api::CredentialId& id)
    {
        auto fetched = store.fetchAny(id);
        BOOST_REQUIRE_MESSAGE(fetched.has_value(), (fetched ? "" : fetched.error().message));
        return std::get<api::KeyPair>(std::move(*fetched));
    }

    /// The meter with a key pair and a certificate of the authority's, for `days` days.
    void certify(int days = 2)
    {
        BOOST_REQUIRE(store.generateKeyPair(meter));
        const auto certificate = authority.sign(*store.requestCertificate(meter), days);
        const auto set = store.setCertificate(meter, certificate);
        BOOST_REQUIRE_MESSAGE(set.has_value(), (set ? "" : set.error().message));
    }

    fakes::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
    KeyPairStore store{settingsFor(directory.path()), std::make_unique<fakes::ClearSealer>(sealer)};
    Identity authority{authorityWish()};
};

std::string messageOf(const base::Expected<api::CredentialFacts>& facts)
{
    return facts ? "accepted" : facts.error().message;
}

bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

base::Bytes octetsOf(const std::string& text)
{
    return base::toBytes(text);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(KeyPairs, Fixture)

BOOST_AUTO_TEST_CASE(makes_a_key_pair_that_handshakes_can_use)
{
    const auto facts = store.generateKeyPair(meter);

    BOOST_REQUIRE(facts);
    const auto pair = fetch(meter);
    BOOST_TEST(facts->publicKey == pair.publicKey, boost::test_tools::per_element());
    BOOST_TEST(!facts->isExportable);
    BOOST_TEST(facts->fingerprint == base::toHex(pair.mark));
    const auto keys = store::key_pair::read(pair.privateKey.view());
    BOOST_REQUIRE(keys);
    BOOST_TEST(keys->publicKey == pair.publicKey, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_private_key_leaves_by_any_export)
{
    BOOST_REQUIRE(store.generateKeyPair(meter));

    BOOST_TEST((store.exportOnce(meter).error().kind == ErrorKind::Refused));
    BOOST_TEST((store.exportAll("leshan").error().kind == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(r42_no_private_key_is_in_any_file)
{
    BOOST_REQUIRE(store.generateKeyPair(meter));
    const auto pair = fetch(meter);
    // The scalar: what PKCS#8 has around it is the same for all.
    const auto secret = pair.privateKey.view().subspan(36, 32);

    for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
        const std::string content = tests::readFile(file.path());
        BOOST_TEST(content.find(base::asText(secret)) == std::string::npos, file.path());
        BOOST_TEST(content.find(base::toHex(secret)) == std::string::npos, file.path());
    }
}

BOOST_AUTO_TEST_CASE(r29_takes_a_private_key_in_every_form_that_is_meant)
{
    const Identity made;
    const base::Bytes expected = made.publicKey();

    for (const auto& form : {made.privateKey(), octetsOf(made.keyPem()), made.sec1()}) {
        const auto kept = store.keepPrivateKey(meter, form);
        BOOST_TEST_REQUIRE(messageOf(kept) == "accepted");
        BOOST_TEST(kept->publicKey == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(r29_refuses_what_is_no_private_key_on_p_256)
{
    CertificateWish rsa;
    rsa.rsaBits = 2048;
    const Identity made;
    base::Bytes cut = made.privateKey();
    cut.resize(cut.size() / 2);

    BOOST_TEST(
        contains(messageOf(store.keepPrivateKey(meter, Identity(rsa).privateKey())), "P-256"));
    for (const auto& octets :
         {base::Bytes{}, base::Bytes{1, 2, 3}, cut, made.publicKey(), made.certificate()}) {
        const auto kept = store.keepPrivateKey(meter, octets);
        BOOST_REQUIRE(!kept);
        BOOST_TEST((kept.error().kind == ErrorKind::InvalidArgument));
    }
    BOOST_TEST(contains(messageOf(store.keepPrivateKey(meter, base::Bytes(20000, 'A'))),
                        "1 to 16384 octets"));
}

BOOST_AUTO_TEST_CASE(r38_refuses_a_key_pair_that_another_device_has)
{
    const Identity made;
    BOOST_REQUIRE(store.keepPrivateKey(meter, made.privateKey()));

    const auto again = store.keepPrivateKey(relay, made.sec1()); // in another form

    BOOST_TEST(contains(messageOf(again), "meter-1 uses this key for leshan already"));
}

BOOST_AUTO_TEST_CASE(a_certificate_request_is_signed_and_names_the_endpoint)
{
    BOOST_REQUIRE(store.generateKeyPair(meter));

    const auto request = store.requestCertificate(meter);

    BOOST_REQUIRE_MESSAGE(request.has_value(), (request ? "" : request.error().message));
    const auto facts = store::key_pair::describe(authority.sign(*request)); // checks the signature
    BOOST_REQUIRE(facts);
    BOOST_TEST(facts->subject == "CN=meter-1");
    BOOST_TEST(facts->publicKey == fetch(meter).publicKey, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_certificate_comes_back_with_its_end)
{
    certify(2);

    const auto facts = store.describe(meter);
    BOOST_REQUIRE(facts);
    BOOST_TEST(facts->subject == "CN=meter-1");
    BOOST_REQUIRE(facts->expiresAt);
    const auto left = *facts->expiresAt - base::WallTime(std::chrono::system_clock::now());
    BOOST_TEST((left > std::chrono::hours(47) && left < std::chrono::hours(49)));
    const auto terms = store.listCertificates();
    BOOST_REQUIRE(terms && terms->size() == 1);
    BOOST_TEST((terms->front().id == meter));
    BOOST_TEST((terms->front().expiresAt == *facts->expiresAt));
}

BOOST_AUTO_TEST_CASE(a_certificate_that_ends_after_the_last_time_we_know_has_not_ended)
{
    constexpr int threeCenturies = 300 * 365;
    CertificateWish wish;
    wish.daysUntilEnd = threeCenturies;
    const auto late = Identity(wish, &authority).certificate();
    // RFC 5280 §4.1.2.5: there is no well-defined end.
    base::Bytes never = late;
    const auto words = base::toBytes("\x18\x0F"
                                     "99991231235959Z");
    const auto end = std::search(never.begin(), never.end(), words.begin(), words.begin() + 2);
    BOOST_TEST_REQUIRE((end != never.end()));
    std::copy(words.begin(), words.end(), end);

    for (const auto& certificate : {late, never}) {
        const auto facts = store::key_pair::describe(certificate);
        BOOST_REQUIRE(facts);
        BOOST_TEST((base::WallTime::max() - facts->expiresAt < std::chrono::seconds(1)));
    }
}

BOOST_AUTO_TEST_CASE(an_ended_certificate_leaves_the_one_that_is_there)
{
    certify(2);
    const auto own = fetch(meter).certificates;

    const auto set =
        store.setCertificate(meter, authority.sign(*store.requestCertificate(meter), -1));

    BOOST_REQUIRE(!set);
    BOOST_TEST((set.error().kind == ErrorKind::Refused));
    BOOST_TEST(contains(set.error().message, "the certificate of CN=meter-1 has ended on "));
    BOOST_TEST((fetch(meter).certificates == own));
}

BOOST_AUTO_TEST_CASE(a_chain_is_kept_in_its_order)
{
    BOOST_REQUIRE(store.generateKeyPair(meter));
    const auto own = authority.sign(*store.requestCertificate(meter));
    base::Bytes chain = own;
    const auto above = authority.certificate();
    chain.insert(chain.end(), above.begin(), above.end());

    BOOST_TEST_REQUIRE(messageOf(store.setCertificate(meter, Identity::pem({own, above}))) ==
                       "accepted");

    const std::vector<base::Bytes> expected{own, above};
    BOOST_TEST((fetch(meter).certificates == expected));
}

BOOST_AUTO_TEST_CASE(takes_a_bag_of_certificates_in_any_order)
{
    // DER sorts a bag by octets, so by length: the authority comes after one device, before one.
    const Identity issuer{authorityWish("A")};
    const api::CredentialId longNamed{std::string(60, 'm'), "leshan"};
    store.addDevice(longNamed.device);
    for (const auto& id : {meter, longNamed}) {
        BOOST_REQUIRE(store.generateKeyPair(id));
        const auto own = issuer.sign(*store.requestCertificate(id));

        const auto set = store.setCertificate(id, Identity::bag({issuer.certificate(), own}));

        BOOST_TEST_REQUIRE(messageOf(set) == "accepted");
        const std::vector<base::Bytes> expected{own, issuer.certificate()};
        BOOST_TEST((fetch(id).certificates == expected));
    }
}

BOOST_AUTO_TEST_CASE(a_bag_without_the_devices_certificate_leaves_the_one_that_is_there)
{
    BOOST_REQUIRE(store.generateKeyPair(meter));
    const Identity other{CertificateWish{}, &authority};
    const auto own = authority.sign(*store.requestCertificate(meter));
    BOOST_REQUIRE(store.setCertificate(meter, own));
    auto cut = Identity::bag({own});
    cut.resize(cut.size() / 2);

    for (const auto& bag : {Identity::bag({other.certificate()}),
                            Identity::bag({authority.certificate()}),
                            Identity::bag({own, own, own, own, own}),
                            cut})
        BOOST_TEST(!store.setCertificate(meter, bag));

    BOOST_TEST(fetch(meter).certificates.front() == own, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(refuses_a_certificate_for_another_key)
{
    BOOST_REQUIRE(store.generateKeyPair(meter));
    const Identity other(CertificateWish{}, &authority);

    const auto set = store.setCertificate(meter, other.certificate());

    BOOST_TEST(contains(messageOf(set), "is for another key than meter-1 has for leshan"));
    BOOST_TEST(fetch(meter).certificates.empty());
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_certificate_or_too_many)
{
    BOOST_REQUIRE(store.generateKeyPair(meter));
    const auto own = authority.sign(*store.requestCertificate(meter));
    base::Bytes cut = own;
    cut.resize(cut.size() / 2);

    BOOST_TEST(contains(messageOf(store.setCertificate(meter, {})), "1 to 16384 octets"));
    BOOST_TEST(contains(messageOf(store.setCertificate(meter, cut)), "no X.509 certificate"));
    BOOST_TEST(
        contains(messageOf(store.setCertificate(meter, Identity::pem({own, own, own, own, own}))),
                 "at most 4"));
}

BOOST_AUTO_TEST_CASE(r19_refuses_a_certificate_signed_with_sha_1)
{
    CertificateWish wish;
    wish.digest = GNUTLS_DIG_SHA1;
    const Identity made(wish, &authority);
    BOOST_REQUIRE(store.keepPrivateKey(meter, made.privateKey()));

    BOOST_TEST(contains(messageOf(store.setCertificate(meter, made.certificate())),
                        "signed with something else"));
}

BOOST_AUTO_TEST_CASE(a_pre_shared_key_has_no_certificate)
{
    BOOST_REQUIRE(store.keep(meter, "meter-1-id", tests::goodKey(1)));

    BOOST_TEST((store.requestCertificate(meter).error().kind == ErrorKind::Refused));
    BOOST_TEST(contains(messageOf(store.setCertificate(meter, authority.certificate())),
                        "generate a key pair first"));
    BOOST_TEST((store.requestCertificate(relay).error().kind == ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(a_new_certificate_ends_what_sessions_resume_from)
{
    certify();
    const auto mark = fetch(meter).mark;
    store.store().keepResumption(meter, mark, base::Secret(octetsOf("a state")));
    const auto find = [&] {
        std::optional<base::Secret> found;
        store.store().findResumption(meter, [&](base::Secret kept) { found = std::move(kept); });
        tests::runUntil(store.loop(), [&] { return found.has_value(); });
        return std::move(*found);
    };
    tests::runUntil(store.loop(), [&] { return !find().empty(); });

    BOOST_REQUIRE(store.setCertificate(meter, authority.sign(*store.requestCertificate(meter), 9)));

    BOOST_TEST(find().empty());
}

BOOST_AUTO_TEST_CASE(key_pairs_live_on_under_a_new_key_encryption_key)
{
    certify();
    const auto before = fetch(meter);

    BOOST_REQUIRE(store.rotate());

    const auto after = fetch(meter);
    BOOST_TEST(after.privateKey.equals(before.privateKey.view()));
    BOOST_TEST((after.certificates == before.certificates));
    BOOST_TEST((after.mark != before.mark));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(KeyPairRecords)

BOOST_AUTO_TEST_CASE(r09_a_row_that_was_edited_does_not_open)
{
    for (const std::string change : {"kind = 'psk'",
                                     "certificates = x'3000'",
                                     "identity = x'30'",
                                     "version = version + 1",
                                     "residence = 'tpm'"}) {
        const fakes::TemporaryDirectory directory;
        fakes::ClearSealer::Switch sealer;
        const auto open = [&] {
            return KeyPairStore(Fixture::settingsFor(directory.path()),
                                std::make_unique<fakes::ClearSealer>(sealer));
        };
        {
            auto store = open();
            store.furnish({"meter-1"});
            BOOST_REQUIRE(store.generateKeyPair(meter));
        }
        store::openDatabase(directory.path())->execute("UPDATE credential SET " + change);

        auto store = open();

        const auto fetched = store.fetchAny(meter);
        BOOST_REQUIRE_MESSAGE(!fetched.has_value(), change);
        BOOST_TEST((fetched.error().kind == ErrorKind::Corrupt), change);
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_gets_those_between_it_and_its_root)
{
    using store::key_pair::withIssuers;
    const Identity root(authorityWish());
    const Identity first(authorityWish("First"), &root);
    const Identity second(authorityWish("Second"), &first);
    const Identity namesake(authorityWish("Second"), &root);
    const Identity device(CertificateWish{}, &second);
    const auto alone = device.certificate();

    const auto path = joined({alone, second.certificate(), first.certificate()});
    BOOST_TEST(withIssuers(alone,
                           Identity::bag({namesake.certificate(),
                                          root.certificate(),
                                          first.certificate(),
                                          second.certificate()})) == path,
               boost::test_tools::per_element());
    BOOST_TEST(withIssuers(Identity::bag({alone}), Identity::bag({second.certificate()})) ==
                   joined({alone, second.certificate()}),
               boost::test_tools::per_element());
    for (const auto& others : {base::Bytes(),
                               base::toBytes("garbage"),
                               base::Bytes(20'000, 0x30),
                               Identity::bag({namesake.certificate(), root.certificate()})})
        BOOST_TEST(withIssuers(alone, others) == alone, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_path_that_the_authority_makes_endless_has_its_bound)
{
    using store::key_pair::withIssuers;
    std::vector<std::unique_ptr<Identity>> line;
    std::vector<base::Bytes> bag;
    line.push_back(std::make_unique<Identity>(authorityWish()));
    for (int i = 0; i < 12; ++i) {
        line.push_back(std::make_unique<Identity>(authorityWish("Authority " + std::to_string(i)),
                                                  line.back().get()));
        bag.push_back(line.back()->certificate());
    }
    const Identity device(CertificateWish{}, line.back().get());

    const auto chain = withIssuers(device.certificate(), Identity::bag(bag));

    BOOST_TEST(store::key_pair::split(chain).size() == store::key_pair::mostCertificates);
    BOOST_TEST(store::key_pair::readCertificates(chain).value() == chain); // the store takes it
}

BOOST_AUTO_TEST_CASE(a_certificate_is_alone_without_its_issuer)
{
    using store::key_pair::isAlone;
    const Identity root(authorityWish());
    const Identity device(CertificateWish{}, &root);

    BOOST_TEST(isAlone(device.certificate()));
    BOOST_TEST(isAlone(Identity::bag({device.certificate()})));
    BOOST_TEST(!isAlone(joined({device.certificate(), root.certificate()})));
    BOOST_TEST(!isAlone(root.certificate()));
    BOOST_TEST(!isAlone(base::toBytes("garbage")));
}

BOOST_AUTO_TEST_SUITE_END()
