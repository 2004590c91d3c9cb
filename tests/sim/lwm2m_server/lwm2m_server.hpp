// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "tests/sim/lwm2m_server/conversation.hpp"
#include "tests/sim/lwm2m_server/enrolment.hpp"
#include "tests/sim/lwm2m_server/events.hpp"
#include "tests/sim/lwm2m_server/json.hpp"
#include "tests/sim/lwm2m_server/registry.hpp"
#include "tests/sim/lwm2m_server/repository.hpp"

namespace causeway::sim {

/// An LwM2M Server that does what JSON commands say and tells what happens as JSON events.
/// README.md lists both.
class Lwm2mServer
{
public:
    using Answer = std::function<void(Json answer)>;

    explicit Lwm2mServer(Events::Tell tell);

    CoapServer& coap() { return coap_; }

    /// Answers once, at once or later. Throws for a command that makes no sense.
    void command(const Json& command, const Answer& answer);

    void expire();

    [[nodiscard]] Conversation::Clock::time_point nextDeadline() const { return nextDeadline_; }

    [[nodiscard]] bool hasToQuit() const { return hasToQuit_; }

private:
    using Handler = void (Lwm2mServer::*)(const Json& command, const Answer& answer);
    static const std::map<std::string, Handler>& handlers();

    void addPsk(const Json& command, const Answer& answer);
    void removePsk(const Json& command, const Answer& answer);
    void list(const Json& command, const Answer& answer);
    void read(const Json& command, const Answer& answer);
    void write(const Json& command, const Answer& answer);
    void execute(const Json& command, const Answer& answer);
    void remove(const Json& command, const Answer& answer);
    void discover(const Json& command, const Answer& answer);
    void writeAttributes(const Json& command, const Answer& answer);
    void observe(const Json& command, const Answer& answer);
    void cancel(const Json& command, const Answer& answer);
    void raw(const Json& command, const Answer& answer);
    void wait(const Json& command, const Answer& answer);
    void silence(const Json& command, const Answer& answer);
    void refuse(const Json& command, const Answer& answer);
    void forget(const Json& command, const Answer& answer);
    void publish(const Json& command, const Answer& answer);
    void certify(const Json& command, const Answer& answer);
    void quit(const Json& command, const Answer& answer);

    [[nodiscard]] Message requestOf(const Json& command, unsigned code) const;
    void ask(const Json& command, Message request, const Answer& answer);

    CoapServer coap_;
    Events events_;
    Registry registry_;
    Repository repository_;
    Enrolment enrolment_;
    Conversation conversation_;
    std::map<std::string, std::string> tokens_; ///< "endpoint path" -> its observation's token
    Conversation::Clock::time_point nextDeadline_ = Conversation::Clock::time_point::max();
    bool hasToQuit_ = false;
};

} // namespace causeway::sim
