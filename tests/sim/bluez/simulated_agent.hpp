// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <bluez_sim_adaptor.h>
#include <bluez_sim_agent_proxy.h>

#include "agent/base/bus_compat.hpp"

namespace causeway::tests {

/// One question to an agent; its answer comes later, and not at all when this goes first.
class SimulatedQuestion final : public sdbus::ProxyInterfaces<org::bluez::Agent1_proxy>
{
public:
    using Done = std::function<void(std::optional<std::uint32_t> passkey)>;

    SimulatedQuestion(sdbus::IConnection& connection,
                      const std::string& agent,
                      const std::string& path,
                      Done done);
    ~SimulatedQuestion();
    SimulatedQuestion(const SimulatedQuestion&) = delete;
    SimulatedQuestion& operator=(const SimulatedQuestion&) = delete;

    void ask(const std::string& device);

private:
    void onRequestPasskeyReply(const std::uint32_t& passkey, bus::MaybeError error) override;

    Done done_;
};

/// Knows the newest agent; as the real one, it forgets it when it ends.
class SimulatedAgents final : public sdbus::AdaptorInterfaces<org::bluez::AgentManager1_adaptor>
{
public:
    explicit SimulatedAgents(sdbus::IConnection& connection);
    ~SimulatedAgents();
    SimulatedAgents(const SimulatedAgents&) = delete;
    SimulatedAgents& operator=(const SimulatedAgents&) = delete;

    /// Nothing when there is no agent.
    [[nodiscard]] std::unique_ptr<SimulatedQuestion> ask(const std::string& device,
                                                         SimulatedQuestion::Done done);

private:
    void RegisterAgent(const sdbus::ObjectPath& agent, const std::string& capability) override;

    sdbus::IConnection& connection_;
    std::string agent_;
    std::string path_;
};

} // namespace causeway::tests
