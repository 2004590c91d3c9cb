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
const api::PlatformRegisters bootRegisters{1U << 7U | 1U << 4U};

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

    [[nodiscard]] base::Secret makeRecoveryKey() const
    {
        tests::WaitingStore store(settings);
        (void)store.settled();
        return std::move(store.makeRecoveryKey().value());
    }

    /// As firmware does when something boots that was not there before.
    void extend(ESYS_TR platformRegister) const
    {
        const store::TpmContext context(tpm.tcti());
        TPML_DIGEST_VALUES values{};
        values.count = 1;
        values.digests[0].hashAlg = TPM2_ALG_SHA256;
        values.digests[0].digest.sha256[0] = 1;
        const auto result = Esys_PCR_Extend(
            context.get(), platformRegister, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &values);
        BOOST_REQUIRE(result == TSS2_RC_SUCCESS);
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

BOOST_AUTO_TEST_CASE(recovers_with_another_tpm_and_is_sealed_to_it_from_then_on)
{
    storeOneKey();
    const auto key = makeRecoveryKey();
    tpm.stop();
    tpm.swapFor(directory.path() / "other-tpm");
    tpm.start();
    {
        tests::WaitingStore store(settings);
        BOOST_CHECK(store.settled().state == KeyStoreState::Locked);
        BOOST_TEST(store.settled().remedy.find("recovery key") != std::string::npos);

        BOOST_REQUIRE(store.recover(key));

        BOOST_CHECK(store.settled().state == KeyStoreState::Sealed);
        BOOST_TEST(store.fetch(meter)->key.equals(tests::goodKey(1).view()));
    }
    requireKey();
}

BOOST_AUTO_TEST_CASE(recovers_with_no_tpm_at_all_until_there_is_one)
{
    storeOneKey();
    const auto key = makeRecoveryKey();
    tpm.stop();
    tests::WaitingStore store(settings);
    BOOST_CHECK(store.settled().state == KeyStoreState::Locked);

    BOOST_REQUIRE(store.recover(key));

    BOOST_CHECK(store.settled().state == KeyStoreState::Recovered);
    BOOST_TEST(store.fetch(meter)->key.equals(tests::goodKey(1).view()));
    tpm.start();
    BOOST_REQUIRE(store.seal());
    BOOST_CHECK(store.settled().state == KeyStoreState::Sealed);
}

BOOST_AUTO_TEST_CASE(moves_from_the_tpm_to_a_systemd_credential_and_keeps_both)
{
    storeOneKey();
    const auto key = makeRecoveryKey();
    (void)store::TpmSealer(tpm.tcti()).advanceCounter(1);
    const auto file = directory.path() / "kek";
    tests::writeFile(file, std::string(base::asText(tests::goodKey(7).view())));
    auto software = settings;
    software.softwareKekFile = file;
    {
        tests::WaitingStore store(software);
        BOOST_CHECK(store.settled().state == KeyStoreState::Locked);
        BOOST_REQUIRE(store.recover(key));
        BOOST_CHECK(store.settled().state == KeyStoreState::Software);
        const std::vector<std::string> all{"credential", "recovery", "tpm2"};
        BOOST_CHECK(store.describeKey()->slots == all);
    }

    tests::WaitingStore(software).waitFor(KeyStoreState::Software);
    requireLocked("this is an older copy of the database: it does not say its age");
    {
        tests::WaitingStore store(settings);
        (void)store.settled();
        BOOST_REQUIRE(store.recover(key));
    }
    requireKey();
}

BOOST_AUTO_TEST_CASE(rotates_the_key_that_the_tpm_seals)
{
    storeOneKey();
    {
        tests::WaitingStore store(settings);
        BOOST_CHECK(store.settled().state == KeyStoreState::Sealed);
        BOOST_REQUIRE(store.rotate());
        BOOST_TEST(store.fetch(meter)->key.equals(tests::goodKey(1).view()));
        BOOST_TEST(store.describeKey()->keyNumber == 2);
    }

    requireKey();
}

BOOST_AUTO_TEST_CASE(keeps_the_former_key_when_the_tpm_goes_in_the_middle_of_a_rotation)
{
    storeOneKey();
    tests::WaitingStore store(settings);
    BOOST_CHECK(store.settled().state == KeyStoreState::Sealed);
    tpm.stop();

    BOOST_CHECK(store.rotate().error().kind == base::ErrorKind::Refused);

    BOOST_TEST(store.describeKey()->keyNumber == 1);
    BOOST_TEST(store.fetch(meter).has_value());
    tpm.start();
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

BOOST_AUTO_TEST_CASE(opens_by_policy_only_while_the_platform_registers_are_as_they_were)
{
    storeOneKey();
    const auto key = makeRecoveryKey();
    {
        tests::WaitingStore store(settings);
        (void)store.settled();
        const auto sealed = store.seal(bootRegisters);
        BOOST_REQUIRE_MESSAGE(sealed, sealed.error().message);
        BOOST_CHECK(store.describeKey()->registers == bootRegisters);
    }
    requireKey();

    extend(7);

    requireLocked("the TPM's policy does not let us open the key now");
    {
        tests::WaitingStore store(settings);
        (void)store.settled();
        BOOST_REQUIRE(store.recover(key));
        BOOST_CHECK(store.settled().state == KeyStoreState::Sealed);
        BOOST_CHECK(store.describeKey()->registers == bootRegisters);
    }
    requireKey();
}

BOOST_AUTO_TEST_CASE(keeps_the_policy_through_a_rotation_and_drops_it_when_told)
{
    storeOneKey();
    {
        tests::WaitingStore store(settings);
        (void)store.settled();
        BOOST_REQUIRE(store.makeRecoveryKey());
        BOOST_REQUIRE(store.seal(bootRegisters));
        BOOST_REQUIRE(store.rotate());
        BOOST_CHECK(store.describeKey()->registers == bootRegisters);
    }
    extend(4);
    requireLocked("the TPM's policy does not let us open the key now");
    tpm.stop();
    tpm.start();
    {
        tests::WaitingStore store(settings);
        BOOST_CHECK(store.settled().state == KeyStoreState::Sealed);
        BOOST_REQUIRE(store.seal());
    }

    extend(4);

    requireKey();
}

BOOST_AUTO_TEST_CASE(takes_a_policy_only_with_a_recovery_key)
{
    tests::WaitingStore store(settings);
    (void)store.settled();

    BOOST_TEST(store.seal(bootRegisters).error().message.find("make a recovery key first") == 0U);
    BOOST_TEST(store.describeKey()->registers.none());
}

BOOST_AUTO_TEST_CASE(counts_upwards_only_even_when_the_counter_is_made_anew)
{
    store::TpmSealer sealer(tpm.tcti());
    BOOST_TEST(!sealer.readCounter().value().has_value());

    const auto first = sealer.advanceCounter(1).value();
    const auto second = sealer.advanceCounter(first + 1).value();
    BOOST_TEST(second == first + 1);
    tpm.stop();
    tpm.start();
    BOOST_TEST(sealer.readCounter().value().value() == second);
    {
        const store::TpmContext context(tpm.tcti());
        ESYS_TR handle = ESYS_TR_NONE;
        requireSuccess(Esys_TR_FromTPMPublic(
            context.get(), 0x01801ca5, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &handle));
        requireSuccess(Esys_NV_UndefineSpace(
            context.get(), ESYS_TR_RH_OWNER, handle, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE));
    }

    BOOST_TEST(!sealer.readCounter().value().has_value());
    BOOST_TEST(sealer.advanceCounter(1).value() > second);
}

BOOST_AUTO_TEST_CASE(refuses_an_older_copy_of_the_database)
{
    storeOneKey();
    const auto key = makeRecoveryKey();
    const auto file = settings.directory / "causeway.db";
    const auto copy = directory.path() / "copy";
    store::TpmSealer sealer(tpm.tcti());
    // The counter follows a change a moment later: changes until it has got so far.
    const auto changeUntil = [&](std::uint64_t counter, std::uint32_t seed) {
        tests::WaitingStore store(settings);
        (void)store.settled();
        tests::runUntil(store.loop(), [&] {
            BOOST_REQUIRE(store.keep(meter, "id-1", tests::goodKey(seed)));
            // Refused while the store talks to this TPM, which has no resource manager.
            const auto now = sealer.readCounter();
            return now && now->value_or(0) >= counter;
        });
    };
    // The first step begins to count; the second is taken only by a database that counts.
    changeUntil(sealer.readCounter().value().value_or(0) + 2, 2);
    std::filesystem::copy_file(file, copy);
    // The copy may be one ahead of the counter.
    changeUntil(sealer.readCounter().value().value() + 2, 3);

    std::filesystem::remove(file.string() + "-wal");
    std::filesystem::copy_file(copy, file, std::filesystem::copy_options::overwrite_existing);

    requireLocked("this is an older copy of the database");
    tests::WaitingStore store(settings);
    BOOST_CHECK(store.settled().state == KeyStoreState::Locked);
    BOOST_REQUIRE(store.recover(key));
    BOOST_TEST(store.fetch(meter)->key.equals(tests::goodKey(2).view()));
}

BOOST_AUTO_TEST_CASE(never_shows_the_key_on_the_way_to_the_tpm)
{
    const auto trace = directory.path() / "trace.pcap";
    ::setenv("TCTI_PCAP_FILE", trace.c_str(), 1);
    store::TpmSealer sealer("pcap:" + tpm.tcti());
    const base::Secret canary = tests::goodKey(99);

    const auto blob = sealer.seal(canary, {});
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
    auto blob = *sealer.seal(tests::goodKey(99), {});

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
