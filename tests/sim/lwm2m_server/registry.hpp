// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "tests/sim/lwm2m_server/coap_server.hpp"
#include "tests/sim/lwm2m_server/json.hpp"
#include "tests/sim/lwm2m_server/session_ref.hpp"

namespace causeway::sim {

/// One registered LwM2M Client, and the session to talk to it.
struct Registration
{
    std::string location; ///< the segment below /rd
    std::string endpoint;
    SessionRef session;
    std::chrono::seconds lifetime{86400};
    std::chrono::steady_clock::time_point expiry;
    Json parameters = Json::object(); ///< every query of Register and of the Updates since
    std::string objects;              ///< the links, as they came
};

/// The registration interface (LwM2M Core §6.2): /rd, and /dp for Send. A client that sends a
/// Bootstrap-Request (/bs) is listed like one that registers.
class Registry
{
public:
    using Clock = std::chrono::steady_clock;
    using Tell = std::function<void(Json event)>;

    Registry(CoapServer& server, Tell tell)
        : server_(server)
        , tell_(std::move(tell))
    {}

    [[nodiscard]] Message handle(coap_session_t* session, const Message& request);

    /// Nothing when there is none.
    [[nodiscard]] const Registration* find(const std::string& endpoint) const;
    [[nodiscard]] Json list() const;

    /// All of them when `endpoint` is empty; without a word to anybody, as after a crash.
    std::size_t forget(const std::string& endpoint);

    /// Answer `operation` (register, update, deregister, bootstrap) with this code; zero: behave
    /// again.
    void refuse(const std::string& operation, unsigned code) { refusals_[operation] = code; }

    /// Drops registrations whose lifetime is over; says when the next one ends.
    Clock::time_point expire(Clock::time_point now);

private:
    Message registerClient(coap_session_t* session, const Message& request);
    Message bootstrap(coap_session_t* session, const Message& request);
    Message update(coap_session_t* session, const Message& request);
    Message deregister(const Message& request);
    Message send(coap_session_t* session, const Message& request);
    [[nodiscard]] unsigned refusal(const std::string& operation) const;
    [[nodiscard]] bool mayRegister(coap_session_t* session, const std::string& endpoint) const;
    [[nodiscard]] std::string body(coap_session_t* session, const Message& request);

    CoapServer& server_;
    Tell tell_;
    std::map<std::string, Registration> registrations_; ///< by location
    std::map<std::string, unsigned> refusals_;
    std::map<coap_session_t*, std::string> bodies_; ///< Register payloads that come in blocks
    std::uint64_t lastLocation_ = 0;
};

[[nodiscard]] Json describe(const Registration& registration);

} // namespace causeway::sim
