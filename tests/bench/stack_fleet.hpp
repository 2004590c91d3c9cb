// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "agent/api/settings.hpp"
#include "agent/base/event_loop.hpp"
#include "agent/coap/endpoint.hpp"
#include "agent/model/definition.hpp"
#include "tests/bench/fleet.hpp"
#include "tests/fakes/memory_store.hpp"

namespace causeway::bench {

/// What a session may resume from goes to disk: no part of what a device costs in memory.
class DiscardedResumptions final : public api::ResumptionStore
{
public:
    explicit DiscardedResumptions(base::Scheduler& main)
        : main_(main)
    {}

    void findResumption(const api::CredentialId&, FindDone done) override
    {
        main_.post([done = std::move(done)]() mutable { done({}); });
    }

    void keepResumption(const api::CredentialId&, const api::CredentialMark&, base::Secret) override
    {}

private:
    base::Scheduler& main_;
};

/// The product: lwm2m::Clients with the Objects 0, 1, 3 and 3303 over one coap::Endpoint.
class StackFleet final : public Fleet
{
public:
    StackFleet();
    ~StackFleet() override;

    void add(std::uint16_t port) override;

    [[nodiscard]] std::size_t registered() const override { return registered_; }

    void notify(std::size_t index) override;
    void update(std::size_t index) override;
    void watch(int fd, std::function<void()> onReadable) override;
    [[nodiscard]] std::string whereabouts() const override;
    void runOnce(std::chrono::milliseconds longest) override;

private:
    class Device;

    base::EventLoop loop_;
    fakes::MemoryStore store_;
    DiscardedResumptions resumptions_;
    coap::Endpoint endpoint_;
    model::Definitions definitions_;
    std::vector<base::Watch> watches_;
    std::vector<std::unique_ptr<Device>> devices_;
    std::size_t registered_ = 0;
};

} // namespace causeway::bench
