// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "agent/base/bus.hpp"
#include "agent/base/bus_compat.hpp"
#include "dbus/logind.hpp"
#include "tests/dbus/private_bus.hpp"

using namespace causeway;

namespace {

/// org.freedesktop.login1 on a private bus, as far as we call it.
class LogindMock
{
public:
    LogindMock(base::EventLoop& loop, const std::string& address)
        : bus_(loop, address, {})
        , manager_(
              sdbus::createObject(bus_.connection(), sdbus::ObjectPath{"/org/freedesktop/login1"}))
    {
        const auto reboot = [this](bool asks) {
            asked.emplace(asks);
            if (refuses)
                throw sdbus::Error(bus::ErrorName{"org.freedesktop.DBus.Error.AccessDenied"},
                                   "Permission denied");
        };
        const char* const interface = "org.freedesktop.login1.Manager";
#if CAUSEWAY_SDBUS_2
        manager_->addVTable(sdbus::registerMethod("Reboot").implementedAs(reboot))
            .forInterface(interface);
#else
        manager_->registerMethod("Reboot").onInterface(interface).implementedAs(reboot);
        manager_->finishRegistration();
#endif
        bus_.requestName("org.freedesktop.login1");
    }

    bool refuses = false;
    std::optional<bool> asked; ///< whether a person may be asked for a password

private:
    base::Bus bus_;
    std::unique_ptr<sdbus::IObject> manager_;
};

struct Fixture
{
    base::Expected<void> reboot()
    {
        std::optional<base::Expected<void>> answer;
        logind.reboot([&](base::Expected<void> result) { answer = std::move(result); });
        for (int round = 0; round < 1000 && !answer; ++round)
            loop.runOnce(std::chrono::milliseconds(10));
        BOOST_REQUIRE(answer.has_value());
        return *answer;
    }

    tests::PrivateBus daemon;
    base::EventLoop loop;
    base::Bus bus{loop, daemon.address(), {}};
    dbus::Logind logind{bus.connection()};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reboot_of_the_machine, Fixture)

BOOST_AUTO_TEST_CASE(is_logind_s_and_asks_nobody)
{
    LogindMock manager(loop, daemon.address());

    BOOST_TEST(reboot().has_value());
    BOOST_TEST((manager.asked == false));
}

BOOST_AUTO_TEST_CASE(is_refused_in_words)
{
    LogindMock manager(loop, daemon.address());
    manager.refuses = true;

    const auto refused = reboot();

    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.error().kind == base::ErrorKind::NotAuthorized));
    BOOST_TEST(refused.error().message == "logind does not reboot: Permission denied");
}

BOOST_AUTO_TEST_CASE(fails_where_there_is_no_logind)
{
    const auto failed = reboot();

    BOOST_REQUIRE(!failed);
    BOOST_TEST((failed.error().kind == base::ErrorKind::Unreachable));
}

BOOST_AUTO_TEST_SUITE_END()
