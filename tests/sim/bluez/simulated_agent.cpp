// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/bluez/simulated_agent.hpp"

#include <utility>

namespace causeway::tests {

SimulatedQuestion::SimulatedQuestion(sdbus::IConnection& connection,
                                     const std::string& agent,
                                     const std::string& path,
                                     Done done)
    : ProxyInterfaces(connection, bus::ServiceName{agent}, sdbus::ObjectPath{path})
    , done_(std::move(done))
{
    registerProxy();
}

SimulatedQuestion::~SimulatedQuestion()
{
    unregisterProxy();
}

void SimulatedQuestion::ask(const std::string& device)
{
    RequestPasskey(sdbus::ObjectPath{device});
}

void SimulatedQuestion::onRequestPasskeyReply(const std::uint32_t& passkey, bus::MaybeError error)
{
    done_(error ? std::nullopt : std::optional(passkey));
}

SimulatedAgents::SimulatedAgents(sdbus::IConnection& connection)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{"/org/bluez"})
    , connection_(connection)
{
    registerAdaptor();
}

SimulatedAgents::~SimulatedAgents()
{
    unregisterAdaptor();
}

std::unique_ptr<SimulatedQuestion> SimulatedAgents::ask(const std::string& device,
                                                        SimulatedQuestion::Done done)
{
    if (agent_.empty())
        return nullptr;
    auto question =
        std::make_unique<SimulatedQuestion>(connection_, agent_, path_, std::move(done));
    question->ask(device);
    return question;
}

void SimulatedAgents::RegisterAgent(const sdbus::ObjectPath& agent, const std::string&)
{
    agent_ = bus::sender(getObject());
    path_ = agent;
}

} // namespace causeway::tests
