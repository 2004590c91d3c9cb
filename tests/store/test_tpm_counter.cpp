// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <boost/test/unit_test.hpp>
#include <tss2/tss2_esys.h>

#include "store/tpm_context.hpp"
#include "store/tpm_sealer.hpp"
#include "store/tpm_session.hpp"
#include "tests/store/store_basics.hpp"
#include "tests/store/swtpm.hpp"

using namespace causeway;

namespace {

constexpr TPM2_HANDLE counterIndex = 0x01801ca5;
constexpr TPMA_NV ordinary = TPMA_NV_AUTHREAD | TPMA_NV_AUTHWRITE | TPMA_NV_NO_DA;
constexpr TPMA_NV counting = ordinary | TPM2_NT_COUNTER << TPMA_NV_TPM2_NT_SHIFT;

void requireSuccess(TSS2_RC result)
{
    BOOST_REQUIRE_MESSAGE(result == TSS2_RC_SUCCESS, "TPM code " << std::hex << result);
}

struct Fixture
{
    /// What whoever may command the TPM puts in the counter's place.
    void define(TPMA_NV attributes, std::string_view password = {}) const
    {
        const store::TpmContext context(tpm.tcti());
        TPM2B_AUTH auth{};
        auth.size = static_cast<UINT16>(password.size());
        std::ranges::copy(password, auth.buffer);
        TPM2B_NV_PUBLIC area{};
        area.nvPublic.nvIndex = counterIndex;
        area.nvPublic.nameAlg = TPM2_ALG_SHA256;
        area.nvPublic.attributes = attributes;
        area.nvPublic.dataSize = 8;
        ESYS_TR handle = ESYS_TR_NONE;
        requireSuccess(Esys_NV_DefineSpace(context.get(),
                                           ESYS_TR_RH_OWNER,
                                           ESYS_TR_PASSWORD,
                                           ESYS_TR_NONE,
                                           ESYS_TR_NONE,
                                           &auth,
                                           &area,
                                           &handle));
    }

    void undefine() const
    {
        const store::TpmContext context(tpm.tcti());
        requireSuccess(Esys_NV_UndefineSpace(context.get(),
                                             ESYS_TR_RH_OWNER,
                                             find(context),
                                             ESYS_TR_PASSWORD,
                                             ESYS_TR_NONE,
                                             ESYS_TR_NONE));
    }

    void write(std::uint64_t value) const
    {
        const store::TpmContext context(tpm.tcti());
        TPM2B_MAX_NV_BUFFER octets{};
        octets.size = 8;
        for (std::size_t i = 0; i < octets.size; ++i)
            octets.buffer[i] = static_cast<BYTE>(value >> (56U - 8U * i));
        const ESYS_TR handle = find(context);
        requireSuccess(Esys_NV_Write(context.get(),
                                     handle,
                                     handle,
                                     ESYS_TR_PASSWORD,
                                     ESYS_TR_NONE,
                                     ESYS_TR_NONE,
                                     &octets,
                                     0));
    }

    /// A machine that was provisioned: the storage root key is there, the owner has a password.
    void setOwnerPassword() const
    {
        const store::TpmContext context(tpm.tcti());
        const auto rootKey = store::openRootKey(context.get());
        ESYS_TR persistent = ESYS_TR_NONE;
        requireSuccess(Esys_EvictControl(context.get(),
                                         ESYS_TR_RH_OWNER,
                                         rootKey.get(),
                                         ESYS_TR_PASSWORD,
                                         ESYS_TR_NONE,
                                         ESYS_TR_NONE,
                                         0x81000001,
                                         &persistent));
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

    /// As the firmware's settings do; counts from the next start on.
    void closeSha256Bank()
    {
        {
            const store::TpmContext context(tpm.tcti());
            TPML_PCR_SELECTION banks{};
            banks.count = 1;
            banks.pcrSelections[0].hash = TPM2_ALG_SHA256;
            banks.pcrSelections[0].sizeofSelect = 3;
            TPMI_YES_NO isDone = TPM2_NO;
            std::array<UINT32, 3> sizes{};
            requireSuccess(Esys_PCR_Allocate(context.get(),
                                             ESYS_TR_RH_PLATFORM,
                                             ESYS_TR_PASSWORD,
                                             ESYS_TR_NONE,
                                             ESYS_TR_NONE,
                                             &banks,
                                             &isDone,
                                             &sizes[0],
                                             &sizes[1],
                                             &sizes[2]));
            BOOST_REQUIRE(isDone == TPM2_YES);
        }
        tpm.stop();
        tpm.start();
    }

    static ESYS_TR find(const store::TpmContext& context)
    {
        ESYS_TR handle = ESYS_TR_NONE;
        requireSuccess(Esys_TR_FromTPMPublic(
            context.get(), counterIndex, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &handle));
        return handle;
    }

    tests::TemporaryDirectory directory;
    tests::Swtpm tpm{directory.path() / "tpm"};
    store::TpmSealer sealer{tpm.tcti()};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(TpmCounterTest, Fixture)

BOOST_AUTO_TEST_CASE(takes_an_ordinary_area_with_the_counters_value_for_no_counter)
{
    const auto value = sealer.advanceCounter(1).value();
    undefine();
    define(ordinary);
    write(value);

    BOOST_TEST(!sealer.readCounter().value().has_value());
    BOOST_TEST(sealer.advanceCounter(1).error().reason.starts_with(
        "the TPM's index 0x01801ca5 is not our counter"));
}

BOOST_AUTO_TEST_CASE(takes_a_counter_with_a_password_for_somebody_elses)
{
    define(counting, "theirs");

    BOOST_TEST(!sealer.readCounter().value().has_value());
    BOOST_TEST(sealer.advanceCounter(1).error().reason.starts_with(
        "the TPM's index 0x01801ca5 is not our counter"));
}

BOOST_AUTO_TEST_CASE(counts_with_an_index_that_the_owner_defined_for_it)
{
    define(counting);

    BOOST_TEST(!sealer.readCounter().value().has_value());
    const auto first = sealer.advanceCounter(1).value();
    BOOST_TEST(sealer.readCounter().value().value() == first);
}

BOOST_AUTO_TEST_CASE(says_that_only_the_owner_may_define_the_counter)
{
    setOwnerPassword();

    BOOST_TEST(sealer.seal(tests::goodKey(1), {}).has_value());
    const auto refused = sealer.advanceCounter(1);

    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().reason.find("there is no counter at 0x01801ca5") !=
               std::string::npos);
    BOOST_TEST(refused.error().remedy.find("tpm2_nvdefine") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(seals_to_no_registers_that_the_tpm_does_not_keep)
{
    closeSha256Bank();

    const auto sealed = sealer.seal(tests::goodKey(1), api::PlatformRegisters(1U << 7U));

    BOOST_REQUIRE(!sealed);
    BOOST_TEST(sealed.error().reason.starts_with("the TPM's SHA-256 bank"));
    BOOST_TEST(sealer.seal(tests::goodKey(1), {}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
