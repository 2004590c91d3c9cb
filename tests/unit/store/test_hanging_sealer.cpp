// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include <boost/test/unit_test.hpp>

#include "tests/store/store_fixture.hpp"

using namespace causeway;
using namespace std::chrono_literals;

namespace {

const api::CredentialId meter{"meter-1", "leshan"};

/// A ClearSealer that stands still, in the middle of any call, for as long as a test wants. Only
/// the test's thread, which runs the loop, lets it go on: were that to wait for it, nothing would.
class HangingSealer final : public store::Sealer
{
public:
    HangingSealer(fakes::ClearSealer::Switch& there, std::atomic<bool>& isHanging)
        : clear_(there)
        , isHanging_(isHanging)
    {}

    [[nodiscard]] std::string_view kind() const override { return clear_.kind(); }

    [[nodiscard]] api::KeyStoreState openState() const override { return clear_.openState(); }

    [[nodiscard]] store::Sealed<base::Secret> random(std::size_t size) override
    {
        isHanging_.wait(true);
        return clear_.random(size);
    }

    [[nodiscard]] store::Sealed<base::Bytes> seal(const base::Secret& secret,
                                                  const api::PlatformRegisters& registers) override
    {
        isHanging_.wait(true);
        return clear_.seal(secret, registers);
    }

    [[nodiscard]] store::Sealed<base::Secret> unseal(base::ByteView blob) override
    {
        isHanging_.wait(true);
        return clear_.unseal(blob);
    }

    [[nodiscard]] bool counts() const override { return clear_.counts(); }

    [[nodiscard]] store::Sealed<std::optional<std::uint64_t>> readCounter() override
    {
        isHanging_.wait(true);
        return clear_.readCounter();
    }

    [[nodiscard]] store::Sealed<std::uint64_t> advanceCounter(std::uint64_t target) override
    {
        isHanging_.wait(true);
        return clear_.advanceCounter(target);
    }

private:
    fakes::ClearSealer clear_;
    std::atomic<bool>& isHanging_;
};

struct Fixture
{
    tests::WaitingStore open()
    {
        store::StoreSettings settings;
        settings.directory = directory.path();
        settings.patience = 10ms;
        settings.retryPeriod = 0s;
        return {settings, std::make_unique<HangingSealer>(sealer, isHanging)};
    }

    void release()
    {
        isHanging = false;
        isHanging.notify_all();
    }

    /// So many rounds of what a loop has to do: time goes on, tasks of others come through.
    void mustGoOn(base::EventLoop& loop)
    {
        constexpr int rounds = 100;
        int fired = 0;
        int posted = 0;
        base::Timer timer(loop, [&] {
            if (++fired < rounds)
                timer.start(1ms);
            loop.post([&] { ++posted; });
        });
        timer.start(1ms);
        tests::runUntil(loop, [&] { return fired == rounds && posted == rounds; });
        BOOST_TEST(isHanging.load());
    }

    fakes::TemporaryDirectory directory;
    fakes::ClearSealer::Switch sealer;
    std::atomic<bool> isHanging = false;
};

/// Goes before the store, which waits for its sealer: also when a test fails.
struct Release
{
    explicit Release(Fixture& fixture)
        : fixture_(fixture)
    {}

    ~Release() { fixture_.release(); }

    Release(const Release&) = delete;
    Release& operator=(const Release&) = delete;

private:
    Fixture& fixture_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(HangingSealerTest, Fixture)

BOOST_AUTO_TEST_CASE(while_it_hangs_the_loop_and_the_inventory_go_on_and_secrets_are_refused)
{
    {
        auto store = open();
        store.waitFor(api::KeyStoreState::Sealed);
        store.furnish({"meter-1"});
        BOOST_REQUIRE(store.keep(meter, "meter-1-id", tests::goodKey(1)));
    }
    isHanging = true;
    auto store = open();
    const Release atTheEnd(*this);

    mustGoOn(store.loop());
    BOOST_TEST(store.load()->devices.size() == 1U);
    store.addDevice("relay-1");
    BOOST_CHECK(store.fetch(meter).error().kind == base::ErrorKind::Locked);
    BOOST_TEST(isHanging.load());

    release();
    store.waitFor(api::KeyStoreState::Sealed);
    BOOST_TEST(store.fetch(meter).has_value());
}

BOOST_AUTO_TEST_CASE(an_open_store_gives_and_takes_secrets_while_it_hangs)
{
    auto store = open();
    const Release atTheEnd(*this);
    store.waitFor(api::KeyStoreState::Sealed);
    store.furnish({"meter-1", "relay-1"});
    BOOST_REQUIRE(store.keep(meter, "meter-1-id", tests::goodKey(1)));
    isHanging = true;
    std::optional<base::Expected<void>> sealed;
    store.store().seal({}, [&](base::Expected<void> result) { sealed = std::move(result); });

    mustGoOn(store.loop());
    BOOST_TEST(store.fetch(meter).has_value());
    BOOST_TEST(store.keep({"relay-1", "leshan"}, "relay-1-id", tests::goodKey(2)).has_value());
    BOOST_TEST(!sealed.has_value());

    release();
    tests::runUntil(store.loop(), [&] { return sealed.has_value(); });
    BOOST_TEST(sealed->has_value());
}

BOOST_AUTO_TEST_SUITE_END()
