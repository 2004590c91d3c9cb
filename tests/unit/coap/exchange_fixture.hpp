// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/coap/exchange.hpp"
#include "agent/coap/timing.hpp"
#include "tests/fakes/fake_scheduler.hpp"

namespace causeway::tests {

/// An Exchange whose datagrams end up in a list; the test is the peer.
struct ExchangeFixture : coap::Carrier
{
    ExchangeFixture() { exchange.emplace(scheduler, deferred, *this); }

    void sendDatagram(base::ByteView datagram) override
    {
        sent.emplace_back(datagram.begin(), datagram.end());
    }

    void onRequest(api::Request request, api::Respond respond) override
    {
        requests.push_back(std::move(request));
        if (answer)
            respond(*answer);
        else
            waiting.push_back(std::move(respond));
    }

    [[nodiscard]] bool takesRequests() const override { return listens; }

    [[nodiscard]] bool takesPieces(const api::Request& head) const override
    {
        return head.path == std::vector<std::string>{"5", "0", "0"};
    }

    void askWhetherHeard() override { ++questions; }

    void onAnswered() override { ++answered; }

    void onReset(const api::Token& token) override { resets.push_back(token); }

    void onPeerLost(const base::Error& reason) override
    {
        lost.push_back(reason);
        exchange->abandon(reason);
    }

    /// What the peer sends: hexadecimal, spaces allowed.
    void receive(std::string hex)
    {
        std::erase(hex, ' ');
        exchange->receive(*base::fromHex(hex));
    }

    void receive(const coap::MessageWriter& message) { exchange->receive(message.datagram()); }

    /// The newest datagram, parsed; views stay good until the next one is sent.
    [[nodiscard]] coap::Message last() const { return parse(sent.back()); }

    [[nodiscard]] static coap::Message parse(const base::Bytes& datagram)
    {
        return *coap::decodeMessage(datagram, *coap::decodeHeader(datagram));
    }

    [[nodiscard]] std::string lastHex() const
    {
        return sent.empty() ? "" : base::toHex(sent.back());
    }

    void postRd(std::size_t payloadSize = 4)
    {
        api::Request request;
        request.method = api::Method::Post;
        request.path = {"rd"};
        request.query = {"ep=meter-1"};
        request.contentFormat = 40;
        request.payload = body(payloadSize);
        exchange->request(std::move(request), [this](auto result) { results.push_back(result); });
    }

    /// Octets whose order shows.
    [[nodiscard]] static base::Bytes body(std::size_t size)
    {
        base::Bytes octets(size);
        for (std::size_t i = 0; i < size; ++i)
            octets[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
        return octets;
    }

    /// An answer to our newest message, of this type, code and with these options.
    void respond(coap::MessageType type,
                 std::uint8_t code,
                 const coap::TransferOptions& options = {},
                 base::ByteView payload = {})
    {
        coap::Header header = coap::decodeHeader(sent.back()).value();
        header.type = type;
        header.code = code;
        if (type != coap::MessageType::Acknowledgement)
            header.messageId = nextPeerMessageId++;
        coap::MessageWriter writer = coap::writeResponse(header, {}, options);
        writer.payload(payload);
        receive(writer);
    }

    fakes::FakeScheduler scheduler;
    coap::Deferred deferred{scheduler};
    std::optional<coap::Exchange> exchange;

    bool listens = true;
    int questions = 0; ///< whether the peer has heard all
    int answered = 0;
    std::vector<base::Bytes> sent;
    std::optional<api::Response> answer; ///< given at once; without it the handler waits
    std::vector<api::Respond> waiting;
    std::vector<api::Request> requests;
    std::vector<api::Token> resets;
    std::vector<base::Error> lost;
    std::vector<base::Expected<api::Response>> results;
    std::uint16_t nextPeerMessageId = 0x7000;
};

inline api::Response content(base::Bytes payload)
{
    api::Response response;
    response.payload = std::move(payload);
    return response;
}

} // namespace causeway::tests
