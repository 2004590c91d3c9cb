// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "agent/coap/link.hpp"
#include "agent/coap/message.hpp"
#include "agent/coap/outbox.hpp"

namespace causeway::coap {

/// Our requests to the peer: one at a time, large ones by Block1, large answers collected by
/// Block2.
class Requester
{
public:
    /// An answer to a Register or Update is small; a bootstrap pack may have some kilobytes.
    static constexpr std::size_t largestAnswer = 64UL * 1024;

    Requester(Link& link, Outbox& outbox);
    ~Requester();
    Requester(const Requester&) = delete;
    Requester& operator=(const Requester&) = delete;

    void request(api::Request request, api::Session::ResponseDone done);

    /// A response of any type. Acknowledges or resets it as its type asks. May destroy this.
    void receive(Message& message);

    /// Everything that has not ended, in the order asked; nothing is waiting then.
    [[nodiscard]] std::vector<api::Session::ResponseDone> abandon();

private:
    struct Current;

    struct Queued
    {
        api::Request request;
        api::Session::ResponseDone done;
    };

    [[nodiscard]] bool isExpected(const Message& message) const;
    void receiveStranger(const Message& message);
    void handle(Message& message);
    [[nodiscard]] bool continuesUpload(const Message& message);
    [[nodiscard]] bool startsAgain(const Message& message);
    void collect(Message& message, const Block& block);
    void begin();
    void sendNext();
    [[nodiscard]] MessageWriter writeNext(const Header& header);
    [[nodiscard]] MessageWriter writePiece(const Header& header);
    void onEnding(Ending ending);
    void onSilence();
    void finish(base::Expected<api::Response> result);

    Link& link_;
    Outbox& outbox_;
    std::unique_ptr<Current> current_;
    std::vector<Queued> queue_;
    /// Confirmable responses acknowledged last: their repetitions are acknowledged again.
    std::array<std::uint16_t, 4> acknowledged_{};
    std::size_t acknowledgedCount_ = 0;
};

} // namespace causeway::coap
