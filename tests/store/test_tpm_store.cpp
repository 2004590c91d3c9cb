// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <boost/test/unit_test.hpp>
#include <tss2/tss2_esys.h>

#include "store/tpm_context.hpp"
#include "store/tpm_sealer.hpp"
#include "tests/store/store_fixture.hpp"
#include "tests/store/swtpm.hpp"

using namespace causeway;
using namespace std::chrono_literals;
using api::KeyStoreState;

namespace {

const api::CredentialId meter{"meter-1", "leshan"};

struct Fixture
{
    Fixture()
    {
        settings.directory = directory.path() / "store";
        std::filesystem::create_directory(settings.directory);
        settings.tcti = tpm.tcti();
        settings.retryPeriod = 0s;
    }

    void storeOneKey() const
    {
        tests::WaitingStore store(settings);
        store.furnish({"meter-1"});
        const auto kept = store.keep(meter, "id-1", tests::goodKey(1));
        if (!kept)
            throw std::runtime_error(kept.error().message);
    }

    /// A fresh store opens and has what storeOneKey() kept.
    void requireKey() const
    {
        tests::WaitingStore store(settings);
        const auto fetched = store.fetch(meter);
        BOOST_REQUIRE_MESSAGE(fetched, store.store().keyStoreStatus().reason);
        BOOST_TEST(fetched->key.equals(tests::goodKey(1).view()));
    }

    void requireLocked(const std::string& reason) const
    {
        tests::WaitingStore store(settings);
        const auto status = store.settled();
        BOOST_CHECK(status.state == KeyStoreState::Locked);
        BOOST_TEST(status.reason.find(reason) == 0U, status.reason);
        BOOST_TEST(!status.remedy.empty());
        BOOST_CHECK(store.keep(meter, "id-1", tests::goodKey(2)).error().kind ==
                    base::ErrorKind::Locked);
        BOOST_TEST(store.load()->devices.size() == 1U);
    }

    tests::TemporaryDirectory directory;
    tests::Swtpm tpm{directory.path() / "tpm"};
    store::StoreSettings settings;
};

void requireSuccess(TSS2_RC result)
{
    BOOST_REQUIRE_MESSAGE(result == TSS2_RC_SUCCESS, "TPM code " << std::hex << result);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(TpmStoreTest, Fixture)

BOOST_AUTO_TEST_CASE(opens_after_a_restart_of_store_and_machine)
{
    storeOneKey();
    requireKey();

    tpm.stop();
    tpm.start();

    requireKey();
    tpm.stop();
}

BOOST_AUTO_TEST_CASE(says_sealed_when_a_tpm_keeps_the_key)
{
    tests::WaitingStore store(settings);

    BOOST_CHECK(store.settled().state == KeyStoreState::Sealed);
    BOOST_TEST(store.settled().reason.empty());
}

BOOST_AUTO_TEST_CASE(refuses_another_tpm_and_loses_nothing)
{
    storeOneKey();
    tpm.stop();
    tpm.swapFor(directory.path() / "other-tpm");
    tpm.start();

    requireLocked("this TPM is not the one that sealed the key, or it was cleared");

    tpm.stop();
    tpm.swapFor(directory.path() / "tpm");
    tpm.start();
    requireKey();
}

BOOST_AUTO_TEST_CASE(refuses_a_cleared_tpm)
{
    storeOneKey();
    {
        const store::TpmContext context(tpm.tcti());
        requireSuccess(Esys_Clear(
            context.get(), ESYS_TR_RH_LOCKOUT, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE));
    }

    requireLocked("this TPM is not the one that sealed the key, or it was cleared");
}

BOOST_AUTO_TEST_CASE(waits_for_an_absent_tpm_and_opens_by_itself)
{
    storeOneKey();
    tpm.stop();
    requireLocked("the TPM does not answer");
    tests::WaitingStore store(settings);
    BOOST_CHECK(store.settled().state == KeyStoreState::Locked);

    tpm.start();
    store.waitFor(KeyStoreState::Sealed);

    BOOST_TEST(store.fetch(meter)->key.equals(tests::goodKey(1).view()));
}

BOOST_AUTO_TEST_CASE(begins_without_a_tpm_and_takes_secrets_once_it_is_there)
{
    tpm.stop();
    tests::WaitingStore store(settings);
    store.furnish({"meter-1"});
    BOOST_CHECK(store.generate(meter, "id-1").error().kind == base::ErrorKind::Locked);

    tpm.start();
    store.waitFor(KeyStoreState::Sealed);

    BOOST_TEST(store.generate(meter, "id-1").has_value());
}

BOOST_AUTO_TEST_CASE(opens_while_the_tpm_is_in_lockout)
{
    storeOneKey();
    {
        const store::TpmContext context(tpm.tcti());
        // No try allowed: always in lockout (TPM 2.0 Part 3 §25.3).
        requireSuccess(Esys_DictionaryAttackParameters(context.get(),
                                                       ESYS_TR_RH_LOCKOUT,
                                                       ESYS_TR_PASSWORD,
                                                       ESYS_TR_NONE,
                                                       ESYS_TR_NONE,
                                                       0,
                                                       1000,
                                                       1000));
    }

    requireKey();
}

BOOST_AUTO_TEST_CASE(tells_that_the_owner_hierarchy_has_a_password)
{
    storeOneKey();
    {
        const store::TpmContext context(tpm.tcti());
        TPM2B_AUTH password{};
        password.size = 4;
        std::ranges::fill_n(password.buffer, password.size, 'x');
        requireSuccess(Esys_HierarchyChangeAuth(context.get(),
                                                ESYS_TR_RH_OWNER,
                                                ESYS_TR_PASSWORD,
                                                ESYS_TR_NONE,
                                                ESYS_TR_NONE,
                                                &password));
    }

    requireLocked("the TPM's owner hierarchy has a password");
}

BOOST_AUTO_TEST_CASE(keeps_the_inventory_going_while_the_tpm_hangs)
{
    storeOneKey();
    tpm.hang();
    settings.patience = 200ms;
    tests::WaitingStore store(settings);

    BOOST_TEST(store.load()->devices.size() == 1U);
    BOOST_TEST(store.settled().reason ==
               "the key's keeper (TPM) accepts calls but does not answer");
    BOOST_CHECK(store.fetch(meter).error().kind == base::ErrorKind::Locked);

    tpm.resume();
    store.waitFor(KeyStoreState::Sealed);
    BOOST_TEST(store.fetch(meter).has_value());
}

BOOST_AUTO_TEST_CASE(never_shows_the_key_on_the_way_to_the_tpm)
{
    const auto trace = directory.path() / "trace.pcap";
    ::setenv("TCTI_PCAP_FILE", trace.c_str(), 1);
    store::TpmSealer sealer("pcap:" + tpm.tcti());
    const base::Secret canary = tests::goodKey(99);

    const auto blob = sealer.seal(canary);
    BOOST_REQUIRE_MESSAGE(blob, blob.error().reason);
    const auto back = sealer.unseal(*blob);

    BOOST_REQUIRE(back);
    BOOST_TEST(back->equals(canary.view()));
    const std::string content = tests::readFile(trace);
    BOOST_TEST(content.size() > 1000U);
    BOOST_TEST((content.find(base::asText(canary.view())) == std::string::npos));
}

BOOST_AUTO_TEST_CASE(tells_a_damaged_sealed_key_from_another_tpm)
{
    store::TpmSealer sealer(tpm.tcti());
    auto blob = *sealer.seal(tests::goodKey(99));

    BOOST_TEST(sealer.unseal(base::ByteView(blob).first(50))
                   .error()
                   .reason.find("the sealed key is damaged") == 0U);
    blob.back() ^= 1U;
    BOOST_TEST(!sealer.unseal(blob).has_value());
}

BOOST_AUTO_TEST_CASE(tells_a_wrong_address)
{
    store::TpmSealer sealer("nonsense:where=nowhere");

    const auto result = sealer.random(32);

    BOOST_TEST(result.error().reason.find("the TPM's address in the settings is wrong") == 0U,
               result.error().reason);
}

BOOST_AUTO_TEST_SUITE_END()
