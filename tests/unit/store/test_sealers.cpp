// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>
#include <tss2/tss2_tpm2_types.h>

#include "store/key_slot.hpp"
#include "store/sealed_blob.hpp"
#include "store/software_sealer.hpp"
#include "store/tpm_deadline.hpp"
#include "store/tpm_fault.hpp"
#include "tests/store/store_fixture.hpp"

using namespace causeway;
using store::SoftwareSealer;
using store::TpmFault;

namespace {

struct Fixture
{
    void writeKek(std::uint32_t seed) const
    {
        tests::writeFile(file, std::string(base::asText(tests::goodKey(seed).view())));
    }

    tests::TemporaryDirectory directory;
    std::filesystem::path file = directory.path() / "kek";
    SoftwareSealer software{file};
};

/// A TPM that takes commands and never answers.
class SilentTcti
{
public:
    SilentTcti()
    {
        if (::pipe(pipe_.data()) < 0)
            throw std::runtime_error("pipe");
        layout_.common.transmit = [](TSS2_TCTI_CONTEXT*, size_t, const uint8_t*) -> TSS2_RC {
            return TSS2_RC_SUCCESS;
        };
        layout_.common.receive = [](TSS2_TCTI_CONTEXT*, size_t*, uint8_t*, int32_t) -> TSS2_RC {
            return TSS2_RC_SUCCESS;
        };
        layout_.common.getPollHandles = [](TSS2_TCTI_CONTEXT* context,
                                           TSS2_TCTI_POLL_HANDLE* handles,
                                           size_t* count) -> TSS2_RC {
            handles[0].fd = reinterpret_cast<Layout*>(context)->fd;
            *count = 1;
            return TSS2_RC_SUCCESS;
        };
        layout_.fd = pipe_[0];
    }

    ~SilentTcti()
    {
        ::close(pipe_[0]);
        ::close(pipe_[1]);
    }

    SilentTcti(const SilentTcti&) = delete;
    SilentTcti& operator=(const SilentTcti&) = delete;

    [[nodiscard]] TSS2_TCTI_CONTEXT& context()
    {
        return reinterpret_cast<TSS2_TCTI_CONTEXT&>(layout_);
    }

    void answer() { BOOST_REQUIRE(::write(pipe_[1], "x", 1) == 1); }

private:
    struct Layout
    {
        TSS2_TCTI_CONTEXT_COMMON_V1 common{};
        int fd = -1;
    };

    Layout layout_;
    std::array<int, 2> pipe_{};
};

TSS2_TCTI_CONTEXT_COMMON_V1& functions(store::TpmDeadline& deadline)
{
    return *reinterpret_cast<TSS2_TCTI_CONTEXT_COMMON_V1*>(deadline.get());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(SealersTest, Fixture)

BOOST_AUTO_TEST_CASE(software_key_opens_what_it_sealed)
{
    writeKek(1);

    const auto blob = software.seal(tests::goodKey(9), {});
    BOOST_REQUIRE(blob);

    BOOST_TEST(software.unseal(*blob)->equals(tests::goodKey(9).view()));
}

BOOST_AUTO_TEST_CASE(another_software_key_opens_nothing)
{
    writeKek(1);
    const auto blob = software.seal(tests::goodKey(9), {});
    writeKek(2);

    const auto result = software.unseal(*blob);

    BOOST_TEST(result.error().reason.find("is not the one this database was made with") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuses_a_software_key_that_is_absent_short_or_constant)
{
    BOOST_TEST(software.seal(tests::goodKey(9), {}).error().reason.find("cannot be read") !=
               std::string::npos);
    tests::writeFile(file, "short");
    BOOST_TEST(software.seal(tests::goodKey(9), {}).error().reason.find("must have 32 to 4096") !=
               std::string::npos);
    tests::writeFile(file, std::string(5000, 'x'));
    BOOST_TEST(!software.seal(tests::goodKey(9), {}).has_value());
    tests::writeFile(file, std::string(64, 'x'));
    BOOST_TEST(software.seal(tests::goodKey(9), {}).error().reason.find("is not random") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(makes_a_key_only_when_the_database_has_none)
{
    fakes::ClearSealer::Switch counted;
    fakes::ClearSealer sealer(counted);

    const auto made = store::openKey(sealer, std::nullopt);
    BOOST_REQUIRE(made);
    const auto again =
        store::openKey(sealer, store::KeySlot{1, std::string(sealer.kind()), *made->newBlob});

    BOOST_TEST(again->kek.equals(made->kek.view()));
    BOOST_TEST(!again->newBlob.has_value());
    BOOST_TEST(counted.sealed == 1);
}

BOOST_AUTO_TEST_CASE(never_uses_a_key_that_does_not_come_back_the_same)
{
    class Forgetful final : public store::Sealer
    {
        std::string_view kind() const override { return "clear"; }

        api::KeyStoreState openState() const override { return api::KeyStoreState::Sealed; }

        store::Sealed<base::Secret> random(std::size_t) override { return base::Secret(); }

        store::Sealed<base::Bytes> seal(const base::Secret&, const api::PlatformRegisters&) override
        {
            return base::Bytes{1};
        }

        store::Sealed<base::Secret> unseal(base::ByteView) override { return base::Secret(32); }

        store::Sealed<std::optional<std::uint64_t>> readCounter() override { return std::nullopt; }

        store::Sealed<std::uint64_t> advanceCounter(std::uint64_t) override
        {
            return std::uint64_t{1};
        }

        bool counts() const override { return false; }
    } sealer;

    const auto result = store::openKey(sealer, std::nullopt);

    BOOST_TEST(result.error().reason == "the key that was sealed did not come back the same");
}

BOOST_AUTO_TEST_CASE(reads_the_sealed_blob_it_wrote)
{
    const store::SealedBlob blob{{1, 2}, base::Bytes(300, 3), {4}, {}};
    const auto octets = encode(blob);

    const auto decoded = store::decodeSealedBlob(octets);

    BOOST_REQUIRE(decoded);
    BOOST_TEST((*decoded == blob));
}

BOOST_AUTO_TEST_CASE(reads_the_registers_of_a_sealed_blob)
{
    const store::SealedBlob blob{{1, 2}, base::Bytes(30, 3), {4}, api::PlatformRegisters(0x800081)};

    auto octets = encode(blob);

    BOOST_TEST((store::decodeSealedBlob(octets).value() == blob));
    octets[4] = octets[5] = octets[6] = 0;
    BOOST_TEST(store::decodeSealedBlob(octets).error().message ==
               "the sealed key names no registers");
}

BOOST_AUTO_TEST_CASE(refuses_a_sealed_blob_cut_anywhere_or_followed_by_more)
{
    auto octets = encode(store::SealedBlob{{1, 2}, base::Bytes(30, 3), {4}, {}});

    for (std::size_t size = 0; size < octets.size(); ++size)
        BOOST_TEST(!store::decodeSealedBlob(base::ByteView(octets).first(size)).has_value());
    octets.push_back(0);
    BOOST_TEST(!store::decodeSealedBlob(octets).has_value());
}

BOOST_AUTO_TEST_CASE(tells_tpm_faults_apart)
{
    // clang-format off
    const std::array<std::pair<std::uint32_t, TpmFault>, 14> codes{{
        {0x1df, TpmFault::AnotherTpm}, // Load: integrity check failed
        {0x99d, TpmFault::PolicyFailed},
        {0x98e, TpmFault::TamperedAnswer},
        {0x9a2, TpmFault::OwnerPassword},
        {0x921, TpmFault::Lockout},
        {0x185, TpmFault::HierarchyDisabled},
        {0x902, TpmFault::Busy},
        {0x922, TpmFault::Busy},
        {0x1d5, TpmFault::DamagedBlob},
        {0xa000a, TpmFault::Absent},
        {0xa0015, TpmFault::BadAddress},
        {0xa0005, TpmFault::Absent},
        {0x90008, TpmFault::DamagedBlob}, // marshalling layer
        {0x1, TpmFault::Other},
    }};
    // clang-format on

    for (const auto& [code, fault] : codes)
        BOOST_TEST((store::classifyTpm(code) == fault), std::hex << code);
}

BOOST_AUTO_TEST_CASE(has_a_reason_and_a_remedy_for_each_tpm_fault)
{
    for (int i = 0; i <= static_cast<int>(TpmFault::Other); ++i) {
        const auto explained = store::explainTpm(static_cast<TpmFault>(i), "detail");
        BOOST_TEST(explained.reason.ends_with(" (detail)"));
        BOOST_TEST(!explained.remedy.empty());
    }
}

BOOST_AUTO_TEST_CASE(gives_up_on_a_tpm_that_does_not_answer_in_time)
{
    SilentTcti silent;
    store::TpmDeadline deadline(silent.context(), std::chrono::milliseconds(1));
    auto& tcti = functions(deadline);
    size_t size = 0;

    BOOST_TEST(tcti.transmit(deadline.get(), 0, nullptr) == TSS2_RC_SUCCESS);
    BOOST_TEST(tcti.receive(deadline.get(), &size, nullptr, TSS2_TCTI_TIMEOUT_BLOCK) ==
               TSS2_TCTI_RC_IO_ERROR);
    silent.answer();
    BOOST_TEST(tcti.transmit(deadline.get(), 0, nullptr) == TSS2_TCTI_RC_IO_ERROR);
    BOOST_TEST(tcti.receive(deadline.get(), &size, nullptr, 0) == TSS2_TCTI_RC_IO_ERROR);
}

BOOST_AUTO_TEST_CASE(hands_on_an_answer_that_comes_in_time)
{
    SilentTcti silent;
    store::TpmDeadline deadline(silent.context(), std::chrono::seconds(10));
    silent.answer();
    size_t size = 0;

    BOOST_TEST(functions(deadline).receive(deadline.get(), &size, nullptr, 0) == TSS2_RC_SUCCESS);
}

BOOST_AUTO_TEST_SUITE_END()
