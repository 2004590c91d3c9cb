// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/lwm2m/client.hpp"
#include "agent/lwm2m/objects/device_object.hpp"
#include "tests/fakes/fake_scheduler.hpp"
#include "tests/fakes/fake_transport.hpp"
#include "tests/fakes/memory_object.hpp"

namespace causeway::lwm2m {

class FakeClientOwner final : public ClientListener
{
public:
    void onStatusChanged() override { ++statusChanges; }

    void onClientState(const api::ClientState& changes) override
    {
        for (const auto& [key, text] : changes)
            state.insert_or_assign(key, text);
    }

    void onServerChanges(const std::vector<ServerChange>& changes) override
    {
        journal.insert(journal.end(), changes.begin(), changes.end());
    }

    std::vector<ServerChange> journal;

    void onDelivery(api::BootstrapResult result, ClientListener::Kept kept) override
    {
        delivered.push_back(std::move(result));
        if (decidesLater)
            undecided.push_back(std::move(kept));
        else
            kept(keeps);
    }

    void onBootstrapped() override { ++bootstraps; }

    std::vector<api::BootstrapResult> delivered;
    base::Expected<void> keeps; ///< what the store answers
    bool decidesLater = false;
    std::vector<ClientListener::Kept> undecided;
    int bootstraps = 0;
    int statusChanges = 0;
    int reboots = 0;
    api::ClientState state;
};

/// A client with Device (3), a sensor (3303), a switch (3306) and the test Object (3442) at one
/// server account, "site".
struct ClientFixture
{
    explicit ClientFixture(api::ClientState kept = {},
                           const std::string& version = "1.1",
                           bool hasQueueMode = false,
                           const std::string& uri = {});

    /// Registers at the newest session.
    void registerClient();

    /// The response, which must have come at once.
    api::Response ask(api::Request request);
    api::Response read(const std::string& path, std::optional<api::ContentFormat> accept = {});
    api::Response writeText(const std::string& path, const std::string& text);
    api::Response writeAttributes(const std::string& path, std::vector<std::string> query);
    api::Response
    observe(const std::string& path, std::uint8_t token, api::ContentFormat format = 0);

    /// A new value that the device tells.
    void change(const model::Path& path, model::Value value);

    fakes::FakePeer& peer() { return transport.peer(); }

    const model::Path temperature{3303, 0, 5700};
    fakes::FakeScheduler scheduler;
    fakes::FakeTransport transport;
    FakeClientOwner owner;
    std::unique_ptr<Client> client;
    DeviceObject* device = nullptr;
    fakes::MemoryObject* sensor = nullptr;
    fakes::MemoryObject* actuator = nullptr;
    fakes::MemoryObject* test = nullptr;
    std::string registered; ///< the payload of the last Register
};

/// "/3303/0/5700" as the segments of a Uri-Path.
std::vector<std::string> segmentsOf(const std::string& path);

api::Token tokenOf(std::uint8_t number);

std::string textOf(const api::Response& response);

} // namespace causeway::lwm2m
