// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include <boost/test/unit_test.hpp>

#include "store/key_pair.hpp"
#include "tests/store/store_fixture.hpp"

using namespace causeway;

namespace {

const api::CredentialId meter{"meter-1", "leshan"};
const api::CredentialId relay{"relay-1", "leshan"};

/// A TPM that stands still as long as a test wants, and can be taken away meanwhile.
class FakeKeys final : public store::ResidentKeys
{
public:
    [[nodiscard]] store::Sealed<store::ResidentKey> make() override
    {
        const auto keys = store::key_pair::generate();
        return store::ResidentKey{keys->publicKey, keys->privateKey.clone()};
    }

    [[nodiscard]] store::Sealed<base::Bytes> sign(const base::Secret& blob,
                                                  base::ByteView digest) override
    {
        ++signatures;
        isHanging.wait(true);
        if (isAbsent)
            return tl::unexpected<store::SealerFault>({"nobody answers", "look", true});
        if (isForeign)
            return tl::unexpected<store::SealerFault>({"this key is gone", "make another"});
        return store::key_pair::sign(blob, digest).map_error([](const base::Error& error) {
            return store::SealerFault{error.message, ""};
        });
    }

    void release()
    {
        isHanging = false;
        isHanging.notify_all();
    }

    std::atomic<int> signatures = 0;
    std::atomic<bool> isHanging = false;
    std::atomic<bool> isAbsent = false;
    std::atomic<bool> isForeign = false;
};

struct Fixture
{
    Fixture()
    {
        switches.keys = &keys;
        store::StoreSettings settings;
        settings.directory = directory.path();
        store.emplace(settings, std::make_unique<fakes::ClearSealer>(switches));
        store->furnish({"meter-1", "relay-1"});
        const auto made = tests::await<api::CredentialFacts>(store->loop(), [&](auto done) {
            store->store().generateKeyPair(meter, api::KeyResidence::Tpm, std::move(done));
        });
        publicKey = made.value().publicKey;
        const auto fetched = tests::await<api::Credential>(
            store->loop(), [&](auto done) { store->store().fetch(meter, std::move(done)); });
        mark = std::get<api::KeyPair>(fetched.value()).mark;
    }

    ~Fixture() { keys.release(); } // the store waits for who signs

    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;

    void order(std::weak_ptr<const char> wanted)
    {
        store->store().sign({meter, mark, digest, std::move(wanted)},
                            [this](base::Expected<base::Bytes> made) { answers.push_back(made); });
    }

    /// What was ordered stands in line when the store's worker has answered this.
    void waitForLine() { (void)store->fetch(relay); }

    void waitFor(std::size_t count)
    {
        tests::runUntil(store->loop(), [&] { return answers.size() >= count; });
    }

    const base::Bytes digest = base::Bytes(32, 0x42);
    fakes::TemporaryDirectory directory;
    fakes::ClearSealer::Switch switches;
    FakeKeys keys;
    std::optional<tests::WaitingStore> store;
    base::Bytes publicKey;
    api::CredentialMark mark{};
    std::shared_ptr<char> handshake = std::make_shared<char>();
    std::vector<base::Expected<base::Bytes>> answers;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(ResidentKeysTest, Fixture)

BOOST_AUTO_TEST_CASE(each_order_gets_its_signature)
{
    for (int i = 0; i < 3; ++i)
        order(handshake);

    waitFor(3);

    for (const auto& answer : answers)
        BOOST_TEST(store::key_pair::verify(publicKey, digest, answer.value()));
}

BOOST_AUTO_TEST_CASE(when_nobody_answers_all_that_wait_are_told_at_once)
{
    keys.isHanging = true;
    keys.isAbsent = true;
    for (int i = 0; i < 20; ++i)
        order(handshake);
    waitForLine();
    keys.release();

    waitFor(20);

    BOOST_TEST(keys.signatures == 1);
    for (const auto& answer : answers)
        BOOST_TEST(answer.error().message == "nobody answers; look");
    keys.isAbsent = false;
    order(handshake);
    waitFor(21);
    BOOST_TEST(answers.back().has_value());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_one_key_is_told_to_who_asked_for_it_alone)
{
    keys.isForeign = true;
    for (int i = 0; i < 3; ++i)
        order(handshake);

    waitFor(3);

    BOOST_TEST(keys.signatures == 3);
    BOOST_TEST(answers.back().error().message == "this key is gone; make another");
}

BOOST_AUTO_TEST_CASE(a_handshake_that_was_given_up_costs_no_signature)
{
    auto givenUp = std::make_shared<char>();
    keys.isHanging = true;
    order(handshake);
    for (int i = 0; i < 10; ++i)
        order(givenUp);
    order(handshake);
    waitForLine();
    givenUp.reset();
    keys.release();

    waitFor(2);

    BOOST_TEST(keys.signatures == 2);
    BOOST_TEST(answers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(while_it_hangs_the_loop_and_other_devices_go_on)
{
    constexpr int rounds = 100;
    keys.isHanging = true;
    order(handshake);
    waitForLine();

    int fired = 0;
    base::Timer timer(store->loop(), [&] {
        if (++fired < rounds)
            timer.start(std::chrono::milliseconds(1));
    });
    timer.start(std::chrono::milliseconds(1));
    tests::runUntil(store->loop(), [&] { return fired == rounds; });
    BOOST_TEST(store->keep(relay, "relay-1-id", tests::goodKey(1)).has_value());
    BOOST_TEST(store->fetch(relay).has_value());
    BOOST_TEST(store->load()->devices.size() == 2U);
    BOOST_TEST(keys.isHanging.load());
    BOOST_TEST(answers.empty());

    keys.release();
    waitFor(1);
    BOOST_TEST(answers.front().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
