// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/base/log.hpp"
#include "agent/base/message_ids.hpp"
#include "agent/certificates/certificate_watch.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/memory_store.hpp"

using namespace causeway;
using namespace std::chrono_literals;

namespace {

struct Fixture
{
    Fixture()
    {
        log::setSink([this](log::Level level, const std::string& text, const auto& fields) {
            if (level != log::Level::Warning)
                return;
            said.push_back(text);
            BOOST_TEST(fields.back().value == log::certificateEndsId);
        });
    }

    ~Fixture()
    {
        log::setSink([](log::Level, const std::string&, const std::vector<log::Field>&) {});
    }

    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;

    /// A certificate of this device ends so long after now.
    void keep(const std::string& device, base::Duration left)
    {
        store.terms.push_back({{device, "main"}, scheduler.wallNow() + left});
    }

    fakes::FakeScheduler scheduler;
    fakes::MemoryStore store{scheduler};
    std::vector<std::string> said;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(CertificateWatch, Fixture)

BOOST_AUTO_TEST_CASE(announces_what_ends_soon_and_nothing_else)
{
    keep("meter-1", 29 * 24h);
    keep("meter-2", 31 * 24h);
    keep("meter-3", -24h);

    const agent::CertificateWatch watch(scheduler, store, 30 * 24h);
    scheduler.advance(1s);

    BOOST_REQUIRE_EQUAL(said.size(), 2U);
    BOOST_TEST(said[0].starts_with("meter-1: its certificate for main ends on "), said[0]);
    BOOST_TEST(said[1].starts_with("meter-3: its certificate for main has ended on "), said[1]);
}

BOOST_AUTO_TEST_CASE(says_it_again_every_day)
{
    keep("meter-1", 31 * 24h);

    const agent::CertificateWatch watch(scheduler, store, 30 * 24h);
    scheduler.advance(23h);
    BOOST_TEST(said.empty());
    scheduler.advance(48h);

    BOOST_TEST(said.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
