// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <boost/test/unit_test.hpp>
#include <tss2/tss2_esys.h>

#include "store/key_pair.hpp"
#include "store/tpm_context.hpp"
#include "store/tpm_keys.hpp"
#include "tests/fakes/pki.hpp"
#include "tests/store/store_fixture.hpp"
#include "tests/store/swtpm.hpp"

/// Private keys that reside in a TPM.

using namespace causeway;
using namespace std::chrono_literals;
using api::KeyResidence;
using base::ErrorKind;
using fakes::authorityWish;
using fakes::Identity;

namespace {

const api::CredentialId meter{"meter-1", "leshan"};
const api::CredentialId relay{"relay-1", "leshan"};
const base::Bytes digest(32, 0x42);

/// WaitingStore, with the calls that concern key pairs.
struct KeyPairStore : tests::WaitingStore
{
    using WaitingStore::WaitingStore;

    Facts generate(const api::CredentialId& id, KeyResidence residence = KeyResidence::Tpm)
    {
        return tests::await<api::CredentialFacts>(
            loop(), [&](auto done) { store().generateKeyPair(id, residence, std::move(done)); });
    }

    base::Expected<base::Bytes> request(const api::CredentialId& id)
    {
        return tests::await<base::Bytes>(
            loop(), [&](auto done) { store().requestCertificate(id, std::move(done)); });
    }

    base::Expected<base::Bytes> requestRenewal(const api::CredentialId& id)
    {
        return tests::await<base::Bytes>(
            loop(), [&](auto done) { store().requestRenewal(id, std::move(done)); });
    }

    Facts certify(const api::CredentialId& id, const base::Bytes& certificate)
    {
        return tests::await<api::CredentialFacts>(
            loop(), [&](auto done) { store().setCertificate(id, certificate, std::move(done)); });
    }

    api::KeyPair pair(const api::CredentialId& id)
    {
        auto fetched = tests::await<api::Credential>(
            loop(), [&](auto done) { store().fetch(id, std::move(done)); });
        BOOST_REQUIRE_MESSAGE(fetched.has_value(), (fetched ? "" : fetched.error().message));
        return std::get<api::KeyPair>(std::move(*fetched));
    }

    base::Expected<base::Bytes> sign(const api::CredentialId& id)
    {
        return tests::await<base::Bytes>(loop(), [&](auto done) {
            store().sign({id, pair(id).mark, digest, handshake}, std::move(done));
        });
    }

    std::shared_ptr<char> handshake = std::make_shared<char>();
};

bool begins(const std::string& text, const std::string& part)
{
    return text.find(part) == 0;
}

bool holds(const std::string& text, base::ByteView octets)
{
    return text.find(base::asText(octets)) != std::string::npos;
}

struct Fixture
{
    Fixture()
    {
        settings.directory = directory.path() / "store";
        std::filesystem::create_directory(settings.directory);
        settings.tcti = tpm.tcti();
        settings.retryPeriod = 0s;
    }

    /// A meter with a key pair in the TPM.
    base::Bytes makeKey() const
    {
        KeyPairStore store(settings);
        store.furnish({"meter-1", "relay-1"});
        const auto facts = store.generate(meter);
        BOOST_REQUIRE_MESSAGE(facts, (facts ? "" : facts.error().message));
        return facts->publicKey;
    }

    static void requireSigns(KeyPairStore& store, const base::Bytes& publicKey)
    {
        const auto signature = store.sign(meter);
        BOOST_REQUIRE_MESSAGE(signature, (signature ? "" : signature.error().message));
        BOOST_TEST(store::key_pair::verify(publicKey, digest, *signature));
    }

    void swapTpm(const char* other)
    {
        tpm.stop();
        tpm.swapFor(directory.path() / other);
        tpm.start();
    }

    tests::TemporaryDirectory directory;
    tests::Swtpm tpm{directory.path() / "tpm"};
    store::StoreSettings settings;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(TpmKeysTest, Fixture)

BOOST_AUTO_TEST_CASE(a_key_pair_is_made_whose_private_half_nobody_gets)
{
    const auto publicKey = makeKey();
    KeyPairStore store(settings);

    const auto pair = store.pair(meter);
    BOOST_TEST(pair.privateKey.empty());
    BOOST_CHECK(pair.residence == KeyResidence::Tpm);
    BOOST_CHECK(store.describe(meter)->residence == KeyResidence::Tpm);
    BOOST_TEST(pair.publicKey == publicKey, boost::test_tools::per_element());
    requireSigns(store, publicKey);
}

BOOST_AUTO_TEST_CASE(its_request_is_signed_by_the_tpm_and_its_certificate_is_taken_and_renewed)
{
    const Identity authority{authorityWish()};
    const auto publicKey = makeKey();
    KeyPairStore store(settings);

    const auto request = store.request(meter);
    BOOST_REQUIRE_MESSAGE(request, (request ? "" : request.error().message));
    const auto certified = store.certify(meter, authority.sign(*request)); // looks at its signature
    BOOST_REQUIRE_MESSAGE(certified, (certified ? "" : certified.error().message));
    BOOST_TEST(certified->subject == "CN=meter-1");
    BOOST_CHECK(certified->residence == KeyResidence::Tpm);

    const auto renewal = store.requestRenewal(meter);
    BOOST_REQUIRE_MESSAGE(renewal, (renewal ? "" : renewal.error().message));
    const auto renewed = store.certify(meter, authority.sign(*renewal, 20));
    BOOST_REQUIRE_MESSAGE(renewed, (renewed ? "" : renewed.error().message));
    BOOST_TEST(renewed->publicKey == publicKey, boost::test_tools::per_element());
    requireSigns(store, publicKey);
}

BOOST_AUTO_TEST_CASE(it_signs_after_a_restart_of_store_and_machine_and_after_a_rotation)
{
    const auto publicKey = makeKey();
    tpm.stop();
    tpm.start();
    KeyPairStore store(settings);
    requireSigns(store, publicKey);

    BOOST_REQUIRE(store.rotate());

    requireSigns(store, publicKey);
}

BOOST_AUTO_TEST_CASE(with_another_tpm_the_key_is_gone_in_words_and_nothing_else_is_harmed)
{
    const auto publicKey = makeKey();
    auto recoveryKey = [&] {
        KeyPairStore store(settings);
        BOOST_REQUIRE(store.keep(relay, "relay-1-id", tests::goodKey(1)));
        return std::move(store.makeRecoveryKey().value());
    }();
    swapTpm("other-tpm");
    {
        KeyPairStore store(settings);
        (void)store.settled();
        BOOST_REQUIRE(store.recover(recoveryKey));

        const auto refused = store.sign(meter);
        BOOST_REQUIRE(!refused);
        BOOST_TEST(begins(refused.error().message,
                          "the private key is gone: this TPM is not the one that made it, or it "
                          "was cleared; bring the former TPM back, or make a new key pair"),
                   refused.error().message);
        BOOST_TEST(begins(store.request(meter).error().message, "the private key is gone"));
        BOOST_TEST(store.fetch(relay)->key.equals(tests::goodKey(1).view()));
        recoveryKey = std::move(store.rotate().value()); // leaves it as it is
        BOOST_TEST(store.pair(meter).publicKey == publicKey, boost::test_tools::per_element());
    }

    swapTpm("tpm");
    KeyPairStore store(settings);
    (void)store.settled();
    BOOST_REQUIRE(store.recover(recoveryKey));
    requireSigns(store, publicKey);
}

BOOST_AUTO_TEST_CASE(a_cleared_tpm_has_lost_it)
{
    (void)makeKey();
    KeyPairStore store(settings);
    (void)store.pair(meter);
    {
        const store::TpmContext context(tpm.tcti());
        BOOST_REQUIRE(
            Esys_Clear(
                context.get(), ESYS_TR_RH_LOCKOUT, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE) ==
            TSS2_RC_SUCCESS);
    }

    BOOST_TEST(begins(store.sign(meter).error().message, "the private key is gone"));
    const auto made = store.generate(meter);
    BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
    requireSigns(store, made->publicKey);
}

BOOST_AUTO_TEST_CASE(without_a_tpm_none_is_made_and_the_reason_is_told)
{
    const auto file = directory.path() / "kek";
    tests::writeFile(file, std::string(base::asText(tests::goodKey(7).view())));
    settings.softwareKekFile = file;
    KeyPairStore store(settings);
    store.furnish({"meter-1"});

    const auto refused = store.generate(meter);

    BOOST_REQUIRE(!refused);
    BOOST_CHECK(refused.error().kind == ErrorKind::Refused);
    BOOST_TEST(begins(refused.error().message,
                      "no private key can reside in a TPM: the key store is not kept by one, but "
                      "by a systemd credential"),
               refused.error().message);
    BOOST_CHECK(store.describe(meter).error().kind == ErrorKind::NotFound);
    BOOST_TEST(store.generate(meter, KeyResidence::Store).has_value());
}

BOOST_AUTO_TEST_CASE(for_who_is_not_there_none_is_made)
{
    KeyPairStore store(settings);
    store.furnish({});

    BOOST_CHECK(store.generate(meter).error().kind == ErrorKind::NotFound);
}

BOOST_AUTO_TEST_CASE(what_was_replaced_signs_no_more_and_nothing_of_it_stays)
{
    (void)makeKey();
    KeyPairStore store(settings);
    const auto former = store.pair(meter);

    BOOST_REQUIRE(store.generate(meter, KeyResidence::Store));

    const auto signature = tests::await<base::Bytes>(store.loop(), [&](auto done) {
        store.store().sign({meter, former.mark, digest, store.handshake}, std::move(done));
    });
    BOOST_CHECK(signature.error().kind == ErrorKind::Cancelled);
    const auto file = tests::readFile(settings.directory / "causeway.db");
    const auto log = tests::readFile(settings.directory / "causeway.db-wal");
    BOOST_TEST(!holds(file, former.publicKey));
    BOOST_TEST(!holds(log, former.publicKey));
}

BOOST_AUTO_TEST_CASE(an_account_that_bootstrap_renames_keeps_it)
{
    const auto publicKey = makeKey();
    KeyPairStore store(settings);
    api::BootstrapResult result;
    result.accounts.emplace_back();
    auto& delivered = result.accounts.front();
    delivered.account.settings = tests::serverNamed("bs-1");
    delivered.account.settings.securityMode = api::SecurityMode::RawPublicKey;
    delivered.isOwn = true;
    delivered.origin = "leshan";
    const auto kept = tests::await<void>(store.loop(), [&](auto done) {
        store.store().keepBootstrap("meter-1", std::move(result), std::move(done));
    });
    BOOST_REQUIRE_MESSAGE(kept, (kept ? "" : kept.error().message));

    const api::CredentialId renamed{"meter-1", "bs-1"};
    const auto signature = store.sign(renamed);

    BOOST_REQUIRE_MESSAGE(signature, (signature ? "" : signature.error().message));
    BOOST_TEST(store::key_pair::verify(publicKey, digest, *signature));
}

BOOST_AUTO_TEST_CASE(while_the_tpm_hangs_the_loop_and_other_devices_go_on)
{
    const auto publicKey = makeKey();
    KeyPairStore store(settings);
    BOOST_REQUIRE(store.keep(relay, "relay-1-id", tests::goodKey(1)));
    const auto mark = store.pair(meter).mark;
    std::optional<base::Expected<base::Bytes>> signature;
    tpm.hang();
    store.store().sign({meter, mark, digest, store.handshake},
                       [&](base::Expected<base::Bytes> made) { signature = std::move(made); });

    constexpr int rounds = 100;
    int fired = 0;
    base::Timer timer(store.loop(), [&] {
        if (++fired < rounds)
            timer.start(1ms);
    });
    timer.start(1ms);
    tests::runUntil(store.loop(), [&] { return fired == rounds; });
    BOOST_TEST(store.fetch(relay).has_value());
    BOOST_TEST(store.pair(meter).publicKey == publicKey, boost::test_tools::per_element());
    BOOST_TEST(store.load()->devices.size() == 2U);
    BOOST_TEST(!signature.has_value());

    tpm.resume();
    tests::runUntil(store.loop(), [&] { return signature.has_value(); });
    BOOST_REQUIRE_MESSAGE(*signature, (*signature ? "" : signature->error().message));
    BOOST_TEST(store::key_pair::verify(publicKey, digest, **signature));
}

BOOST_AUTO_TEST_CASE(a_handshake_that_was_given_up_costs_no_signature)
{
    (void)makeKey();
    KeyPairStore store(settings);
    const auto mark = store.pair(meter).mark;
    std::vector<int> answered;
    auto givenUp = std::make_shared<char>();
    tpm.hang();
    for (int i = 0; i < 3; ++i)
        store.store().sign({meter, mark, digest, i == 1 ? givenUp : store.handshake},
                           [&, i](const auto&) { answered.push_back(i); });
    (void)store.pair(meter); // they stand in line now
    givenUp.reset();
    tpm.resume();

    tests::runUntil(store.loop(), [&] { return answered.size() == 2; });

    BOOST_TEST((answered == std::vector<int>{0, 2}));
}

BOOST_AUTO_TEST_CASE(what_authorizes_a_signature_never_crosses_the_bus_in_clear)
{
    const auto trace = directory.path() / "trace.pcap";
    ::setenv("TCTI_PCAP_FILE", trace.c_str(), 1);
    store::TpmKeys keys("pcap:" + tpm.tcti(), 15s);

    const auto made = keys.make();
    BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().reason));
    BOOST_REQUIRE(keys.sign(made->blob, digest));

    const auto bus = tests::readFile(trace);
    const std::string publicHalf(base::asText(base::ByteView(made->publicKey).last(32)));
    BOOST_TEST(bus.find(publicHalf) != std::string::npos); // the trace is one of these commands
    BOOST_TEST(!holds(bus, made->blob.view().first(32)));
}

BOOST_AUTO_TEST_CASE(the_tpms_part_alone_signs_nothing)
{
    store::TpmKeys keys(tpm.tcti(), 15s);
    const auto made = keys.make();
    BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().reason));
    auto forged = made->blob.clone();
    forged.mutableView()[3] ^= 1U;

    BOOST_TEST(!keys.sign(forged, digest).has_value());
    BOOST_TEST(keys.sign(made->blob, digest).has_value()); // and no lockout came of it
    for (const std::size_t size : {0U, 31U, 32U, 40U}) {
        const base::Secret cut(made->blob.view().first(size));
        BOOST_TEST(begins(keys.sign(cut, digest).error().reason,
                          "what the TPM needs for the private key is damaged"));
    }
}

BOOST_AUTO_TEST_SUITE_END()
