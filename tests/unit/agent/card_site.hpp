// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "agent/smartcard.hpp"
#include "tests/fakes/card_file.hpp"
#include "tests/fakes/fake_card_reader.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/unit/agent/gateway_fixture.hpp"

namespace causeway::tests {

/// A device with an operator's account, for which a card is looked for.
struct CardSite : GatewayFixture
{
    CardSite()
    {
        rules.cardDevice = "meter-1";
        restart();
        BOOST_TEST(add(line()) == "");
        BOOST_TEST(add(server()) == "");
        BOOST_TEST(attach(device()) == "");
    }

    void restart()
    {
        smartcard.reset();
        gateway.reset();
        (void)buses.removeLine("rtu-0"); // it comes back with the inventory
        startGateway();
        smartcard.emplace(clock, reader, *gateway, "meter-1", pinAttempt);
    }

    void insert(const std::string& uri, const std::string& digest)
    {
        const auto looks = reader.looks;
        reader.see(api::CardSighting::Information, digest, fakes::goodCard(uri, definitions));
        until([&] { return reader.looks > looks; });
    }

    void see(api::CardSighting sighting, const std::string& digest)
    {
        const auto looks = reader.looks;
        reader.see(sighting, digest);
        until([&] { return reader.looks > looks; });
    }

    std::vector<std::string> accounts() const
    {
        std::vector<std::string> names;
        const auto status = gateway->device("meter-1");
        for (const auto& registration : status->registrations)
            names.push_back(registration.server);
        return names;
    }

    std::string state() const { return smartcard->smartcard().state; }

    /// As the daemon does, with what is kept.
    void startAgain()
    {
        restart();
        BOOST_TEST(ask([&](auto done) { gateway->load(std::move(done)); }) == "");
        smartcard->start();
    }

    fakes::FakeScheduler clock; ///< of the smartcard alone
    fakes::FakeCardReader reader;
    std::string pinAttempt; ///< from the next start on
    std::optional<agent::Smartcard> smartcard;
    std::vector<std::string> operators{"main"};
    std::vector<std::string> cards{"meter-1:101"};
};

} // namespace causeway::tests
