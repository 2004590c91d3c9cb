// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <latch>
#include <string>

#include <boost/test/unit_test.hpp>

#include "agent/base/event_loop.hpp"
#include "agent/coap/resolver.hpp"

using namespace causeway;

namespace {

using Addresses = coap::Resolver::Addresses;

/// Names that begin with "dead" say nothing until the test lets them; every other is ::1 at once.
class Names
{
public:
    [[nodiscard]] Addresses lookUp(const std::string& host)
    {
        ++asked;
        if (!host.starts_with("dead"))
            return coap::parseLiteral("::1", 0);
        mayEnd_.wait();
        return base::fail(base::ErrorKind::Unreachable, host, base::Retry::Later);
    }

    void letGo() { mayEnd_.count_down(); }

    std::atomic<int> asked = 0;

private:
    std::latch mayEnd_{1};
};

struct Fixture
{
    Fixture()
        : resolver(loop, [this](const std::string& host) { return names.lookUp(host); })
    {}

    void resolve(const std::string& host, std::uint16_t port)
    {
        resolver.resolve(host, port, [this](const Addresses& found) {
            answers.push_back(found ? coap::toText(found->front()) : found.error().message);
            loop.stop();
        });
    }

    base::EventLoop loop;
    Names names;
    std::vector<std::string> answers;
    coap::Resolver resolver; ///< goes first: its threads use the names
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(resolver, Fixture)

BOOST_AUTO_TEST_CASE(a_name_whose_server_says_nothing_holds_up_no_other)
{
    for (std::size_t i = 1; i < coap::Resolver::mostAtATime; ++i)
        resolve("dead" + std::to_string(i), 5684);

    resolve("good", 5684);
    loop.run();

    BOOST_TEST(answers == std::vector<std::string>{"[::1]:5684"}, boost::test_tools::per_element());
    names.letGo();
}

BOOST_AUTO_TEST_CASE(those_who_ask_for_one_name_share_the_look_up_and_get_their_own_port)
{
    resolve("good", 5684);
    resolve("good", 5685);
    while (answers.size() < 2)
        loop.run();

    const std::vector<std::string> expected{"[::1]:5684", "[::1]:5685"};
    BOOST_TEST(answers == expected, boost::test_tools::per_element());
    BOOST_TEST(names.asked == 1);
}

BOOST_AUTO_TEST_CASE(a_name_that_was_not_found_is_asked_for_again)
{
    names.letGo();
    for (int i = 0; i < 2; ++i) {
        resolve("dead", 5684);
        loop.run();
    }

    BOOST_TEST(answers.size() == 2U);
    BOOST_TEST(names.asked == 2);
}

BOOST_AUTO_TEST_CASE(the_system_knows_localhost_and_says_what_it_does_not_know)
{
    const auto known = coap::Resolver::askSystem("localhost");
    const auto unknown = coap::Resolver::askSystem("no host has spaces");

    BOOST_TEST(known.has_value());
    BOOST_TEST(!unknown.has_value());
    BOOST_TEST(unknown.error().message.starts_with("\"no host has spaces\" cannot be resolved: "));
}

BOOST_AUTO_TEST_SUITE_END()
