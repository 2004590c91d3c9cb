// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "agent/lwm2m/registration.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/fake_transport.hpp"

namespace causeway::tests {

using namespace lwm2m;
using namespace std::chrono_literals;
using base::ErrorKind;
using fakes::FakePeer;
using model::OutcomeCode;
using Reported = api::RegistrationStatus::State;

/// A client that has these Objects and nothing else.
class FakeOwner final : public RegistrationListener
{
public:
    std::string objectLinks(ProtocolVersion version) const override
    {
        return version == ProtocolVersion::V1_0 ? "</1/0>" : links;
    }

    void onRegistered(bool isNew) override { registered.push_back(isNew); }

    void onSessionEnded() override { ++ended; }

    void onRequest(api::Request, api::Respond respond) override { respond({}); }

    void onReset(const api::Token&) override { ++resets; }

    void onGaveUp() override { ++gaveUp; }

    void onStatusChanged() override {}

    std::string links = R"(</>;rt="oma.lwm2m",</1/0>,</3/0>)";
    std::vector<bool> registered;
    int ended = 0;
    int gaveUp = 0;
    int resets = 0;
};

/// One registration at one scripted server.
struct RegistrationFixture
{
    RegistrationFixture()
    {
        account.settings.name = "site";
        account.settings.uri = "coaps://server.example:5684";
    }

    void start()
    {
        registration.start(0s);
        scheduler.advance(0s);
    }

    void registerOnce()
    {
        start();
        peer().connect();
        peer().accept();
    }

    FakePeer& peer() { return transport.peer(); }

    api::Request& asked() { return peer().asked.front().request; }

    Reported state() const { return registration.status().state; }

    std::size_t sessions() const { return transport.peers.size(); }

    /// Connects fail at once, for as long as the clock is advanced by the caller.
    void refuseToConnect()
    {
        peer().lose({ErrorKind::Unreachable, "nobody answers at server.example", {}});
    }

    ServerAccount account;
    fakes::FakeScheduler scheduler;
    fakes::FakeTransport transport;
    FakeOwner owner;
    Registration::Identity identity{"meter-1", "urn:dev:os:32473-meter-1"};
    Registration registration{identity, account, transport, scheduler, owner};
};

inline std::string textOf(const base::Bytes& bytes)
{
    return std::string(base::asText(bytes));
}

} // namespace causeway::tests
