// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "tests/sim/lwm2m_server/coap_server.hpp"
#include "tests/sim/lwm2m_server/session_ref.hpp"

namespace causeway::sim {

/// What came of a request: a whole response, or why there is none.
struct Reply
{
    Message message;
    std::string failure; ///< empty when there is a response
};

/// Requests of the server to its clients, and the notifications they bring: tokens, blocks both
/// ways, deadlines.
class Conversation
{
public:
    using Clock = std::chrono::steady_clock;
    using Done = std::function<void(const Reply&)>;
    using Notified = std::function<void(const Message&)>;

    explicit Conversation(CoapServer& server)
        : server_(server)
    {}

    /// A payload above one block is cut unless the request names its own Block1. `notified` is
    /// called for every notification after the first answer of an Observe.
    void request(coap_session_t* session,
                 Message request,
                 std::chrono::milliseconds limit,
                 Done done,
                 Notified notified = {});

    /// The next notification with this token is reset.
    void forget(const std::string& token) { observations_.erase(token); }

    [[nodiscard]] bool isObserved(const std::string& token) const
    {
        return observations_.count(token) != 0;
    }

    bool onMessage(coap_session_t* session, const Message& message);
    void onFailure(const std::string& token, const std::string& reason);

    /// Fails what has waited too long; says when to look again.
    void expire(Clock::time_point now);
    [[nodiscard]] Clock::time_point nextDeadline() const;

private:
    struct Pending
    {
        SessionRef session;
        Message request;
        std::string body;         ///< the whole payload of the request
        std::size_t bodySent = 0; ///< octets acknowledged by 2.31
        Message reply;
        Done done;
        Clock::time_point deadline;
    };

    struct Observation
    {
        Message request;
        Notified notified;
    };

    void transmit(Pending pending);
    void continueBody(Pending pending, const coap_block_t& block);
    void continueReply(Pending pending, const Message& message);
    void onReply(Pending pending, const Message& message);
    void onNotification(coap_session_t* session, const Observation&, const Message&);

    CoapServer& server_;
    std::map<std::string, Pending> pending_;
    std::map<std::string, Observation> observations_;
};

} // namespace causeway::sim
