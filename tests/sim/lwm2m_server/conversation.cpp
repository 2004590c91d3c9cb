// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/lwm2m_server/conversation.hpp"

#include <algorithm>
#include <stdexcept>

namespace causeway::sim {

namespace {

constexpr unsigned largestBlock = 6; // SZX: 1024 octets, RFC 7959 §2.2
constexpr std::size_t largestBlockSize = 1024;
constexpr unsigned continueCode = 0x5f; // 2.31

std::size_t sizeOf(const coap_block_t& block)
{
    return std::size_t{16} << block.szx;
}

} // namespace

void Conversation::request(coap_session_t* session,
                           Message request,
                           std::chrono::milliseconds limit,
                           Done done,
                           Notified notified)
{
    Pending pending;
    pending.session = SessionRef(session);
    pending.deadline = Clock::now() + limit;
    pending.done = std::move(done);
    if (request.token.empty())
        request.token = server_.newToken();
    if (notified)
        observations_[request.token] = {request, std::move(notified)};
    if (request.payload.size() > largestBlockSize && !request.block1) {
        pending.body = request.payload;
        request.block1 = coap_block_t{0, 1, largestBlock};
        request.payload.resize(largestBlockSize);
    }
    pending.request = std::move(request);
    transmit(std::move(pending));
}

void Conversation::transmit(Pending pending)
{
    const Message request = pending.request;
    auto* session = pending.session.get();
    pending_[request.token] = std::move(pending);
    try {
        server_.send(session, request);
    } catch (const std::runtime_error& error) {
        onFailure(request.token, error.what());
    }
}

bool Conversation::onMessage(coap_session_t* session, const Message& message)
{
    if (auto found = pending_.extract(message.token)) {
        onReply(std::move(found.mapped()), message);
        return true;
    }
    const auto observation = observations_.find(message.token);
    if (observation == observations_.end())
        return false;
    onNotification(session, observation->second, message);
    return true;
}

void Conversation::onReply(Pending pending, const Message& message)
{
    if (message.code == continueCode && message.block1 && !pending.body.empty()) {
        continueBody(std::move(pending), *message.block1);
    } else if (message.block2 && message.block2->m != 0) {
        continueReply(std::move(pending), message);
    } else {
        auto whole = message;
        whole.payload = pending.reply.payload + message.payload;
        if (pending.reply.observe)
            whole.observe = pending.reply.observe;
        if (pending.request.observe && !whole.observe)
            observations_.erase(pending.request.token);
        pending.done({whole, {}});
    }
}

void Conversation::continueBody(Pending pending, const coap_block_t& block)
{
    pending.bodySent += pending.request.payload.size();
    const auto size = sizeOf(block);
    const auto rest = pending.body.size() - pending.bodySent;
    pending.request.payload = pending.body.substr(pending.bodySent, size);
    const auto number = static_cast<unsigned>(pending.bodySent / size);
    pending.request.block1 = coap_block_t{number, rest > size ? 1U : 0U, block.szx};
    pending.request.token = server_.newToken();
    transmit(std::move(pending));
}

void Conversation::continueReply(Pending pending, const Message& message)
{
    if (pending.reply.payload.empty())
        pending.reply = message;
    else
        pending.reply.payload += message.payload;
    pending.request.observe.reset();
    pending.request.block1.reset();
    pending.request.payload.clear();
    pending.request.block2 = coap_block_t{message.block2->num + 1, 0, message.block2->szx};
    pending.request.token = server_.newToken();
    transmit(std::move(pending));
}

void Conversation::onNotification(coap_session_t* session,
                                  const Observation& observation,
                                  const Message& message)
{
    if (!message.block2 || message.block2->m == 0) {
        observation.notified(message);
        return;
    }
    Pending pending;
    pending.session = SessionRef(session);
    pending.request = observation.request;
    pending.deadline = Clock::now() + std::chrono::seconds(30);
    pending.done = [notified = observation.notified](const Reply& reply) {
        if (reply.failure.empty())
            notified(reply.message);
    };
    continueReply(std::move(pending), message);
}

void Conversation::onFailure(const std::string& token, const std::string& reason)
{
    auto found = pending_.extract(token);
    if (!found)
        return;
    observations_.erase(token);
    found.mapped().done({{}, reason});
}

void Conversation::expire(Clock::time_point now)
{
    std::vector<std::string> late;
    for (const auto& [token, pending] : pending_)
        if (pending.deadline <= now)
            late.push_back(token);
    for (const auto& token : late)
        onFailure(token, "no answer");
}

Conversation::Clock::time_point Conversation::nextDeadline() const
{
    auto next = Clock::time_point::max();
    for (const auto& [token, pending] : pending_)
        next = std::min(next, pending.deadline);
    return next;
}

} // namespace causeway::sim
