// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <nlohmann/json_fwd.hpp>

#include "agent/base/event_loop.hpp"
#include "dbus/service.hpp"
#include "tests/dbus/command.hpp"
#include "tests/dbus/polkit_mock.hpp"
#include "tests/dbus/private_bus.hpp"
#include "tests/fakes/fake_credential_lists.hpp"
#include "tests/fakes/fake_gateway.hpp"
#include "tests/fakes/fake_key_store_control.hpp"
#include "tests/fakes/fake_renewals.hpp"
#include "tests/fakes/fake_smartcard.hpp"

namespace causeway::tests {

/// The service in front of a FakeGateway, in a thread of its own, on a private bus with a polkit
/// that says yes until told otherwise. With a line "rtu-0", a server "main" and a device "meter-1".
class RunningGateway
{
public:
    explicit RunningGateway(dbus::Authorisation authorisation = dbus::Authorisation::Polkit);
    /// The bus address is ours to fill in.
    explicit RunningGateway(dbus::ServiceSettings settings);
    ~RunningGateway();
    RunningGateway(const RunningGateway&) = delete;
    RunningGateway& operator=(const RunningGateway&) = delete;

    struct World
    {
        World(base::EventLoop& mainLoop, const dbus::ServiceSettings& ofService);

        /// Takes the service off the bus, as the end of the daemon does, and puts it there again.
        void stop() { service.reset(); }

        void start()
        {
            service.emplace(
                loop, dbus::Controls{gateway, lists, keyStore, renewals, smartcard}, settings);
        }

        base::EventLoop& loop;
        dbus::ServiceSettings settings;
        fakes::FakeGateway gateway;
        fakes::FakeCredentialLists lists;
        fakes::FakeKeyStoreControl keyStore;
        fakes::FakeRenewals renewals;
        fakes::FakeSmartcard smartcard;
        PolkitMock polkit;
        std::optional<dbus::Service> service;
    };

    /// Runs `task(World&)` in the service's thread and waits for what it returns.
    template <typename Task>
    auto inside(Task task)
    {
        std::promise<decltype(task(*world_))> promise;
        auto future = promise.get_future();
        loop_->post([&] {
            if constexpr (std::is_void_v<decltype(task(*world_))>) {
                task(*world_);
                promise.set_value();
            } else {
                promise.set_value(task(*world_));
            }
        });
        return future.get();
    }

    [[nodiscard]] const std::string& address() const { return bus_.address(); }

    /// The bus daemon ends, with every connection, and another takes its place.
    void restartBus() { bus_.restart(); }

    /// causewayctl with these arguments, on our bus.
    [[nodiscard]] Finished ctl(const std::vector<std::string>& arguments,
                               const std::string& input = {}) const;

    /// What it says with --json; fails the test when the command does.
    [[nodiscard]] nlohmann::json json(std::vector<std::string> arguments) const;

    /// busctl --address=… call org.causeway.Gateway1 …
    [[nodiscard]] Finished busctl(const std::vector<std::string>& arguments) const;

private:
    void work(std::promise<void>& ready, dbus::ServiceSettings settings);

    PrivateBus bus_;
    base::EventLoop* loop_ = nullptr;
    World* world_ = nullptr;
    std::thread thread_;
};

} // namespace causeway::tests
